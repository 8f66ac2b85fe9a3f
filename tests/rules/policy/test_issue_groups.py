"""What an issue does not write, it has from its group; a row may name a whole group. A wrong one is refused with line, field and mend."""

import pytest

from models.common.vocabulary import Issue, IssueGroup, Party, Tier
from models.policy.policy import Policy
from rules.policy.load import PolicyError, parse_policy

GROUP = "    remedies: [return_and_refund, exchange, repair, refund_only"


def changed(text: str, written: str, instead: str) -> Policy:
    assert written in text
    return parse_policy(text.replace(written, instead, 1), "policy.yaml")


def remedies(policy: Policy, issue: Issue) -> list[str]:
    return [kind.value for kind in policy.issues[issue].remedies]


def test_a_remedy_is_added_to_a_group_in_one_place(policy: Policy, policy_text: str) -> None:
    more = changed(policy_text, GROUP, GROUP.replace("repair", "repair, reship"))
    for issue in Issue:
        before, after = remedies(policy, issue), remedies(more, issue)
        assert (
            after == before if issue.group is not IssueGroup.PRODUCT else [kind for kind in after if kind != "reship"] == before
        )
        assert "reship" in after or issue.group is not IssueGroup.PRODUCT or "reship" in before


def test_an_issue_puts_some_first_and_leaves_some_out(policy_text: str) -> None:
    own = "    remedies_first: [coupon, reship]\n    remedies_without: [repair, apology]\n"
    policy = changed(policy_text, "    remedies_first: [repair, exchange]\n", own)
    of_group = [kind for kind in remedies(policy, Issue.QUALITY_DEFECT) if kind not in {"coupon", "repair", "apology"}]
    assert remedies(policy, Issue.WARRANTY_REPAIR) == ["coupon", "reship", *of_group]


def test_an_issue_of_its_own_list_has_nothing_of_the_groups(policy_text: str) -> None:
    policy = changed(policy_text, "    remedies_first: [repair, exchange]\n", "    remedies: [repair]\n")
    assert remedies(policy, Issue.WARRANTY_REPAIR) == ["repair"]


def test_every_other_field_is_inherited_too(policy_text: str) -> None:
    policy = changed(policy_text, "  payment:\n    tier: platform\n", "  payment:\n    tier: supervisor\n    ask: [carrier]\n")
    twice, price = policy.issues[Issue.CHARGED_TWICE], policy.issues[Issue.PRICE_DISPUTE]
    assert (twice.tier, twice.ask) == (Tier.SUPERVISOR, (Party.CARRIER,))
    assert (price.tier, price.ask) == (Tier.SUPERVISOR, (Party.MERCHANT,))


def test_a_row_may_name_a_whole_group(policy: Policy, policy_text: str) -> None:
    listed = changed(policy_text, "issues: [order]", "issues: [order.cancel, order.change]")
    assert listed == policy
    row = "      issues: [product.no_reason_return]\n      payer: "
    freight = changed(policy_text, f"{row}customer", f"{row}merchant".replace("product.no_reason_return", "order"))
    assert freight.eligibility.freight[0].issues == (Issue.CANCEL, Issue.CHANGE)


@pytest.mark.parametrize(
    ("written", "instead", "field", "said"),
    [
        (
            "    remedies_without: [repair]\n",
            "    remedies_without: [repair, reship]\n",
            "issues.product.not_as_described.remedies_without[1]",
            "reship is no remedy of issue_groups.product; remove it",
        ),
        (
            "    remedies_without: [repair]\n",
            "    remedies_without: [repar]\n",
            "issues.product.not_as_described.remedies_without[0]",
            'no such value "repar"; name one of refund_only',
        ),
        (
            "    remedies_first: [exchange]\n",
            "    remedies_first: [repair]\n",
            "issues.product.size_mismatch.remedies_without[0]",
            "repair is in `remedies_first` too; keep one of the two",
        ),
        (
            "    remedies_first: [exchange]\n",
            "    remedies: [exchange]\n",
            "issues.product.size_mismatch.remedies_without",
            "but the issue writes `remedies` of its own; keep one of the two",
        ),
        (
            "    remedies_first: [exchange]\n",
            "    remedies_frst: [exchange]\n",
            "issues.product.size_mismatch.remedies_frst",
            'there is no such field; did you mean "remedies_first"?',
        ),
        (GROUP, GROUP.replace("repair", "mend"), "issue_groups.product.remedies[2]", 'no such value "mend"; name one of'),
        (
            "issue_groups:\n  product:\n",
            "issue_groups:\n  goods:\n",
            "issue_groups.goods",
            'no such value "goods"; name one of product',
        ),
        ("remedies: [order_cancelled", "remedys: [order_cancelled", "issue_groups.order.remedys", 'did you mean "remedies"?'),
        (
            "  - id: merchant-admits\n    issues:\n",
            "  - id: merchant-admits\n    issues:\n      - goods\n",
            "issues[0]",
            'no such value "goods"; name one of product.quality_defect',
        ),
    ],
)
def test_a_wrong_row_is_refused(policy_text: str, written: str, instead: str, field: str, said: str) -> None:
    with pytest.raises(PolicyError) as refused:
        changed(policy_text, written, instead)
    (fault,) = refused.value.faults
    assert fault.field.endswith(field), fault
    assert said in fault.detail
    text = policy_text.replace(written, instead, 1)
    first = text[: text.index(instead)].count("\n") + 1
    assert first <= fault.line <= first + instead.count("\n") + 1


def test_an_issue_without_any_remedy_is_refused(policy_text: str) -> None:
    with pytest.raises(PolicyError) as refused:
        changed(policy_text, "    remedies: [refund_only, coupon, apology, explanation]\n", "")
    fields = {fault.field: fault.detail for fault in refused.value.faults}
    assert "offers nothing" in fields["issues.payment.charged_twice.remedies"]
