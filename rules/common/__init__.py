"""Working time, SLA clocks, amounts, formats."""
