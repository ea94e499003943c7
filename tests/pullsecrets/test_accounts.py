from __future__ import annotations

import pytest
from rendering import PRIVATE, SECRET, render, run, summary

from postrenderer.findings import sum_up
from postrenderer.pullsecrets.accounts import Account, Accounts, account_name
from postrenderer.text import composer

WEB = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: web}\nimagePullSecrets: [{name: harbor}]\n"
DEFAULT = WEB.replace("web", "default").replace("harbor", "usual")
POD = "---\napiVersion: v1\nkind: Pod\nspec:\n  serviceAccountName: web\n  containers:\n  - image: a/b:1\n"
OURS = f"  imagePullSecrets:\n  - name: {SECRET}\n"
BOTH = f"  imagePullSecrets: [{{name: {SECRET}}}, {{name: harbor}}]\n"


def with_secrets(pod: str, secrets: str) -> str:
    """A pod as it should come out, with these lines in front of its containers."""
    return pod.replace("  containers:", f"{secrets}  containers:").replace("a/b:1", f"{PRIVATE}/a/b:1")


@pytest.mark.parametrize(
    ("account", "pod", "secrets"),
    [
        (WEB, POD, BOTH),
        (WEB.replace(": v1", ': "v1"').replace(": Serv", ":  'Serv").replace("nt\n", "nt'\n"), POD, BOTH),
        ('{"kind":"ServiceAccount","metadata":{"name":"web"},"imagePullSecrets":[{"name":"harbor"}]}\n', POD, BOTH),
        (f"apiVersion: v1\nkind: List\nitems:\n- {WEB.rstrip().replace(chr(10), chr(10) + '  ')}\n", POD, BOTH),
        (WEB.replace("[{", f"[{{name: {SECRET}}}, {{name: harbor}}, {{"), POD, BOTH),
        (WEB.replace("[{", "&s [&h {").replace("}]", "}, *h]"), POD, BOTH),
        (f"{WEB}---\n{DEFAULT}", POD, BOTH),
        (f"{WEB}---\n{DEFAULT}", POD.replace("serviceAccountName", "serviceAccount"), BOTH),
        (f"{WEB}---\n{DEFAULT}", POD.replace("  serviceAccountName: web\n", ""), BOTH.replace("harbor", "usual")),
        (f"{WEB}---\n{DEFAULT}", POD.replace("Name: web", "Name:"), BOTH.replace("harbor", "usual")),
        # What the account has is not the pod's.
        (DEFAULT, POD, OURS),
        (WEB.replace("[{name: harbor}]", "[]"), POD, OURS),
        (WEB.replace("[{name: harbor}]", "harbor"), POD, OURS),
        (WEB.replace("harbor", "No Secret's name"), POD, OURS),
        (WEB.replace("kind: ServiceAccount", "kind: Role"), POD, OURS),
        (f"# kind: ServiceAccount has imagePullSecrets\n{DEFAULT}", POD, OURS),
        # Others are named in passing, or have none.
        (f"{WEB}---\nkind: ServiceAccount\nmetadata: {{name: bare}}\n", POD, BOTH),
        (f"# The ServiceAccount of the pod\n{WEB}", POD, BOTH),
        (f"kind: RoleBinding\nroleRef: {{}}\nsubjects: [{{kind: ServiceAccount, name: web}}]\n---\n{WEB}", POD, BOTH),
    ],
)
def test_a_pod_keeps_those_that_kubernetes_would_give_it(account: str, pod: str, secrets: str) -> None:
    assert render(account + pod) == account + with_secrets(pod, secrets)
    assert render(pod.removeprefix("---\n") + "---\n" + account).startswith(
        with_secrets(pod, secrets).removeprefix("---\n")
    )


@pytest.mark.parametrize(
    ("of_account", "of_pod", "secrets"),
    [
        ("one", "one", BOTH),
        ("one", "two", OURS),
        # An object without a namespace is in the release's, which may be that of the other.
        ("one", "", BOTH),
        ("", "two", BOTH),
    ],
)
def test_an_account_is_for_the_pods_of_its_namespace(of_account: str, of_pod: str, secrets: str) -> None:
    account = WEB.replace("name: web", f"name: web, namespace: {of_account or '~'}")
    pod = POD.replace("kind: Pod\n", f"kind: Pod\nmetadata: {{namespace: {of_pod or '~'}}}\n")
    assert render(account + pod) == account + with_secrets(pod, secrets)


def test_the_account_of_the_same_namespace_goes_before_one_that_does_not_say_its_own() -> None:
    data = WEB + "---\n" + WEB.replace("web", "web, namespace: one").replace("harbor", "near")
    accounts = Accounts(data.encode())
    assert accounts.secrets("web", ["one"]) == ["near"]
    assert accounts.secrets("web", [""]) == ["harbor"]
    assert accounts.secrets("web", ["two"]) == ["harbor"]
    assert accounts.secrets("web", ["one", "two", "one"]) == ["near", "harbor"]
    assert accounts.secrets("other", ["one"]) == []


@pytest.mark.parametrize("own", ["[{name: mine}]", "&x [{name: mine}]"])
def test_a_pod_with_some_of_its_own_never_had_those_of_its_account(own: str) -> None:
    output = render(WEB + POD.replace("  containers", f"  imagePullSecrets: {own}\n  containers"))
    assert output.count("harbor") == 1
    assert f'[{{"name": "{SECRET}"}}, {{name: mine}}]' in output


@pytest.mark.parametrize("empty", ["", " []", " null", " &x []"])
def test_an_empty_list_is_none(empty: str) -> None:
    assert render(WEB + POD.replace("  containers", f"  imagePullSecrets:{empty}\n  containers")).count("harbor") == 2


def test_a_pod_that_gets_no_secret_of_ours_gets_none_at_all() -> None:
    text = WEB + POD.replace("a/b:1", "quay.example.org/a/b:1")
    assert render(text, others="keep") == text
    assert "harbor" not in render(POD, pull_secrets=())


def test_an_account_that_gets_ours_gives_no_name_twice() -> None:
    output = render(WEB + POD, service_accounts=True)
    assert output == WEB.replace("[{", f'[{{"name": "{SECRET}"}}, {{') + with_secrets(POD, BOTH)
    assert DEFAULT.replace("[{", f'[{{"name": "{SECRET}"}}, {{') + "---\n" in render(
        f"{DEFAULT}---\napiVersion: v1\nkind: ServiceAccount\nmetadata: {{name: bare}}\n", service_accounts=True
    )


def test_all_the_workloads_of_a_stream() -> None:
    pod = "{{serviceAccountName: web, containers: [{{image: a/b:1}}]}}"
    template = f"apiVersion: apps/v1\nkind: {{}}\nspec:\n  template:\n    spec: {pod}\n"
    documents = [template.format(kind) for kind in ("Deployment", "DaemonSet", "StatefulSet")]
    assert "---\n".join([WEB, *documents]).count("harbor") == 1
    assert render("---\n".join([WEB, *documents])).count("harbor") == 4


@pytest.mark.parametrize(
    ("spec", "secrets"),
    [
        ("serviceAccountName: web", BOTH.replace("  -", "    -")),
        # Which account the operator takes for its pods is not known.
        ("replicas: 1", OURS.replace("  -", "    -")),
    ],
)
def test_a_custom_resource_that_names_its_account(spec: str, secrets: str) -> None:
    head = f"{WEB}---\n{DEFAULT}---\napiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nspec:\n"
    text = f"{head}  {spec}\n  image: quay.io/a/b:1\n"
    assert render(text) == f"{head}{secrets}  {spec}\n  image: {PRIVATE}/a/b:1\n"


def test_a_pod_in_a_text() -> None:
    pod = POD.removeprefix("---\n").replace("\n", "\n    ").rstrip(" ")
    text = f"{WEB}---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: c}}\ndata:\n  pod: |\n    {pod}"
    assert f"imagePullSecrets: [{{name: {SECRET}}}, {{name: harbor}}]\n" in render(text)
    (entry,) = summary(text)["pullSecrets"]
    assert entry["names"] == [SECRET, "harbor"]


def test_the_report_names_them() -> None:
    (entry,) = summary(WEB + POD)["pullSecrets"]
    assert entry["names"] == [SECRET, "harbor"]


def test_pods_that_merge_one_another_show_what_the_first_has() -> None:
    first = "a: {spec: &pod {serviceAccountName: web, containers: [{image: a/b:1}]}}"
    second = "b: {spec: {<<: *pod, serviceAccountName: default}}"
    text = f"{WEB}---\n{DEFAULT}---\nkind: Pods\n{first}\n{second}\n"
    assert render(text).count("harbor") == 2
    first, second = summary(text)["pullSecrets"]
    assert (first["names"], second["names"]) == ([SECRET, "harbor"], [SECRET])


@pytest.mark.parametrize(
    "broken",
    [
        "kind: ServiceAccount\nimagePullSecrets: [\n",
        "kind: ServiceAccount\nimagePullSecrets: &a [*b]\n",
        "kind: ServiceAccount\nimagePullSecrets: \xff\n",
        "imagePullSecrets: " + "[" * 5000 + "\nkind: ServiceAccount\n",
    ],
)
def test_a_document_that_cannot_be_read_has_none(broken: str) -> None:
    data = broken.encode("latin-1") + b"---\n" + WEB.encode()
    assert Accounts(data).secrets("web", [""]) == ["harbor"]


def test_nothing_is_read_before_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[bytes] = []

    def in_document(raw: bytes) -> list[tuple[str, str, list[str]]]:
        read.append(raw)
        return []

    monkeypatch.setattr("postrenderer.pullsecrets.accounts._in_document", in_document)
    assert not Accounts(POD.encode())
    render(WEB + POD.replace("a/b:1", f"{PRIVATE}/a/b:1\n  imagePullSecrets: [{{name: {SECRET}}}]"))
    render(f"kind: RoleBinding\nsubjects: [{{kind: ServiceAccount, name: web}}]\n{POD}")
    assert read == []
    accounts = Accounts((WEB + POD).encode())
    for _ in range(3):
        accounts.secrets("web", [""])
    assert len(read) == 1


def test_the_name_of_an_account() -> None:
    def of(text: str) -> str:
        return account_name(composer.compose(text).roots[0])  # type: ignore[arg-type]  # a mapping

    assert of("{serviceAccountName: a, serviceAccount: b}") == "a"
    assert of("{serviceAccountName: '', serviceAccount: b}") == "b"
    assert of("{serviceAccountName: ~, serviceAccount: {name: b}}") == ""
    assert of("{a: b}") == ""


KEEPS = POD + "  - image: ghcr.io/kept:1\n"


@pytest.mark.parametrize(
    ("text", "accounts"),
    [
        (KEEPS, ["web"]),
        (KEEPS.replace("  serviceAccountName: web\n", ""), ["default"]),
        (DEFAULT + KEEPS, ["web"]),
        (
            WEB.replace("{name: web}", "{name: web, namespace: other}")
            + KEEPS.replace("spec", "metadata: {namespace: a}\nspec"),
            ["web"],
        ),
        # Its secrets are known, or it has none.
        (WEB + KEEPS, []),
        (WEB.partition("imagePull")[0] + KEEPS, []),
        # Nothing is pulled from elsewhere, or the pod never had those of its account.
        (POD, []),
        (KEEPS.replace("a/b:1", "ghcr.io/kept:2"), []),
        (KEEPS.replace("spec:\n", "spec:\n  imagePullSecrets: [{name: own}]\n"), []),
        # A subject of a role is no ServiceAccount.
        ("kind: RoleBinding\nsubjects: [{kind: ServiceAccount, name: web}]\n" + KEEPS, ["web"]),
    ],
)
def test_an_image_that_stays_may_lack_the_secret_of_an_account_that_nobody_knows(
    text: str, accounts: list[str]
) -> None:
    found = summary(text, keep=("ghcr.io",))["serviceAccounts"]
    assert [one["serviceAccount"] for one in found] == accounts
    said = sum_up(run(text.encode(), keep=("ghcr.io",)).found)
    assert ("1 may lack the pull secrets of the ServiceAccount" in said.line) is bool(accounts)
    assert [f"of the ServiceAccount {name} only" in said.open[-1] for name in accounts] == [True for _ in accounts]


@pytest.mark.parametrize(
    ("known", "secrets"),
    [
        (Account("web", "", ("harbor",)), BOTH),
        (Account("web", "", ()), OURS),
        (Account("web", "other", ("harbor",)), OURS),
    ],
)
def test_the_cluster_tells_of_an_account(known: Account, secrets: str) -> None:
    pod = KEEPS.replace("spec:", "metadata: {namespace: mine}\nspec:")
    known = known._replace(namespace=known.namespace or "mine")
    assert render(pod, keep=("ghcr.io",), accounts=(known,)) == with_secrets(pod, secrets)
    left = summary(pod, keep=("ghcr.io",), accounts=(known,))["serviceAccounts"]
    assert len(left) == (known.namespace == "other")


def test_the_accounts_of_pods_are_told() -> None:
    (_, found) = run((WEB + POD).encode()).found
    assert [(use.name, use.namespaces, use.left) for use in found.accounts] == [("web", ("",), [])]
