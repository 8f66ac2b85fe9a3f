"""The workflow sandbox, kept on, with the pure modules passed through: an open case then costs a tenth of the memory (docs/architecture.md)."""

from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

PASSED_THROUGH = ("pydantic", "pydantic_core", "annotated_types", "models", "rules", "workflows", "zoneinfo", "tzdata")

RUNNER = SandboxedWorkflowRunner(restrictions=SandboxRestrictions.default.with_passthrough_modules(*PASSED_THROUGH))
