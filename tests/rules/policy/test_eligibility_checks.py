"""A policy whose eligibility cannot work is refused with line, field and what to do (RES-1, RES-8)."""

import pytest

from rules.policy.load import PolicyError, parse_policy


@pytest.mark.parametrize(
    ("written", "instead", "field", "said"),
    [
        (
            "\n      when: [{fact: line.digital_opened",
            "\n      when: [{fact: line.digital_oppened",
            "rules[9].when[0].fact",
            'did you mean "line.digital_opened"?',
        ),
        ("- id: no-reason-hygiene", "- id: no-reason-custom", "rules[10].id", "is taken by rules[7]"),
        ("fact: payment.duplicate_minor\n", "fact: order.status\n", "fact", "is no number"),
        ("      most: 5000\n", "", "most", "coupon is no share of the goods"),
        (
            "      allow: false\n      firm: true\n      why: {zh: 订单已取消",
            "      firm: true\n      why: {zh: 订单已取消",
            "firm",
            "only a refusal",
        ),
        (
            '      otherwise: {zh: "已超过签收后 {{ days }}的无理由',
            '      # otherwise: {zh: "已超过签收后 {{ days }}的无理由',
            "rules[12]",
            "otherwise",
        ),
        (
            "      otherwise: {zh: 支付记录中没有重复扣款",
            "      # otherwise: {zh: 支付记录中没有重复扣款",
            "otherwise",
            "say why it is refused when payment.duplicate_minor is nothing",
        ),
        ("remedies: [apology, explanation, service_improvement]", "remedies: [apology, explanation]", "rules", "meets no rule"),
        (
            "    - id: adjust-promotional\n      remedies: [price_adjustment]\n      when: [{fact: line.promotional, is: true}]\n",
            "    - id: adjust-promotional\n      remedies: [price_adjustment]\n",
            "rules[35]",
            "is never reached",
        ),
        (
            "remedies: [exchange]\n      issues: [product.size_mismatch]",
            "remedies: [exchange]\n      issues: [order.cancel]",
            "issues",
            "names no issue that has this remedy",
        ),
        (
            "      found: [merchant, carrier, platform, customer]\n",
            "      found: [merchant, none]\n",
            "freight[1].payer",
            "whoever is liable",
        ),
        (
            "    - id: freight-not-known\n",
            "    - id: freight-not-known\n      found: [none]\n",
            "freight",
            "has no answer for the rest",
        ),
        (
            "    service_improvement:\n      steps:",
            "    service_improvemen:\n      steps:",
            "service_improvemen",
            "no such value",
        ),
    ],
)
def test_what_cannot_work_is_refused(policy_text: str, written: str, instead: str, field: str, said: str) -> None:
    changed = policy_text.replace(written, instead, 1)
    assert changed != policy_text
    with pytest.raises(PolicyError) as refused:
        parse_policy(changed, "policy.yaml")
    faults = [fault for fault in refused.value.faults if fault.field.endswith(field) and said in fault.detail]
    assert faults, str(refused.value)
    assert faults[0].line > 1
