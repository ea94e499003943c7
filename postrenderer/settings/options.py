"""The table of settings: one row each, with its name on the command line, in the environment and in the files.

The command line, the environment, acreg.yaml and the check of every value are driven by this table alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from postrenderer.settings import checks

if TYPE_CHECKING:
    from postrenderer.settings.checks import Check


class Option(NamedTuple):
    """One setting.

    Attributes:
        field: its name in `Settings`.
        form: the shape of its value: a text, a switch (true or false), a list of texts, of mappings or of commands.
        key: its key in acreg.yaml.
        help: what it is for, as the help of the command line says it.
        flag: its flag; that of a list is repeated. Empty if there is none.
        negation: the flag that says no. Empty if there is none.
        metavar: what stands for the value in the help.
        variable: its environment variable; a list is separated by commas. Empty if there is none.
        values_key: its key below `global` in a Helm values file. Empty if there is none.
        check: what a text, or each text of a list, must be.
        may_be_empty: whether an empty variable means none of it, rather than that the variable is not set.
        only_named: whether an acreg.yaml that nobody named must not hold it, as it writes files or runs programs.
        gives_way: whether in an acreg.yaml that nobody named it counts only if no other place has it.
        blinds: whether it can hide images from `--strict`; such a file must not if `--strict` comes from elsewhere.
    """

    field: str
    form: Literal["text", "switch", "list", "rules", "locations", "ignore", "commands"]
    key: str
    help: str
    flag: str = ""
    negation: str = ""
    metavar: str = ""
    variable: str = ""
    values_key: str = ""
    check: Check = str
    may_be_empty: bool = False
    only_named: bool = False
    gives_way: bool = False
    blinds: bool = False


OPTIONS = (
    Option(
        field="registry",
        form="text",
        key="registry",
        help="the private registry",
        flag="--registry",
        metavar="HOST[:PORT]",
        variable="ACREG_REGISTRY",
        values_key="imageRegistry",
        check=checks.registry,
        gives_way=True,
    ),
    Option(
        field="repository_path",
        form="text",
        key="repositoryPath",
        help="the path between the registry and the images' own names",
        flag="--repository-path",
        metavar="PATH",
        variable="ACREG_REPOSITORY_PATH",
        values_key="imageRepositoryPath",
        check=checks.repository_path,
        may_be_empty=True,
        gives_way=True,
    ),
    Option(
        field="pull_secrets",
        form="list",
        key="pullSecrets",
        help="a pull secret for every pod with a private image (default: containerregistry)",
        flag="--pull-secret",
        negation="--no-pull-secrets",
        metavar="NAME",
        variable="ACREG_PULL_SECRETS",
        values_key="imagePullSecrets",
        check=checks.secret_name,
        may_be_empty=True,
    ),
    Option(
        field="sources",
        form="list",
        key="sources",
        help="a registry path that the private one replaces (default: Appcircle's)",
        flag="--source",
        metavar="PREFIX",
        variable="ACREG_SOURCES",
        check=checks.prefix,
        may_be_empty=True,
    ),
    Option(
        field="others",
        form="text",
        key="others",
        help="images from elsewhere: `rewrite` replaces their host and keeps their path (the default), `keep` leaves "
        "them as they are, `fail` ends the run",
        flag="--others",
        metavar="rewrite|keep|fail",
        variable="ACREG_OTHERS",
        check=checks.one_of("rewrite", "keep", "fail"),
    ),
    Option(
        field="keep_host",
        form="switch",
        key="keepHost",
        help="put the host of images from elsewhere into their path, such as quay.io/team/app and"
        " docker.io/library/nginx, so that no two become the same",
        flag="--keep-host",
        negation="--no-keep-host",
        variable="ACREG_KEEP_HOST",
    ),
    Option(
        field="keep",
        form="list",
        key="keep",
        help="a registry, path or image that stays unchanged",
        flag="--keep",
        metavar="PREFIX",
        variable="ACREG_KEEP",
        check=checks.prefix,
        may_be_empty=True,
    ),
    Option(
        field="rules",
        form="rules",
        key="rules",
        help="registry paths that move elsewhere: a list of {from, to}; `to` is a path below the private one, or a "
        "whole new place if it begins with a host, such as quay.io/team",
    ),
    Option(
        field="strict",
        form="switch",
        key="strict",
        help="fail if an image stays outside the private registry",
        flag="--strict",
        negation="--no-strict",
        variable="ACREG_STRICT",
    ),
    Option(
        field="strict_secrets",
        form="switch",
        key="strictSecrets",
        help="fail if a private image has no known place for its pull secret",
        flag="--strict-secrets",
        negation="--no-strict-secrets",
        variable="ACREG_STRICT_SECRETS",
    ),
    Option(
        field="report",
        form="text",
        key="report",
        help="write what was done to FILE, as JSON",
        flag="--report",
        metavar="FILE",
        variable="ACREG_REPORT",
        check=checks.file_name,
        may_be_empty=True,
        only_named=True,
    ),
    Option(
        field="lock",
        form="text",
        key="lock",
        help="pin each reference to its digest in FILE, which `acreg lock` writes; a reference that FILE does not have"
        " fails the run",
        flag="--lock",
        metavar="FILE",
        variable="ACREG_LOCK",
        check=checks.file_name,
        may_be_empty=True,
    ),
    Option(
        field="service_accounts",
        form="switch",
        key="serviceAccounts",
        help="give the pull secrets to ServiceAccounts too",
        flag="--service-accounts",
        negation="--no-service-accounts",
        variable="ACREG_SERVICE_ACCOUNTS",
    ),
    Option(
        field="confidence",
        form="text",
        key="confidence",
        help="the least evidence on which a text counts as an image: `certain`, or `strong` too (the default)",
        flag="--confidence",
        metavar="certain|strong",
        variable="ACREG_CONFIDENCE",
        check=checks.one_of("certain", "strong"),
    ),
    Option(
        field="secrets",
        form="switch",
        key="secrets",
        help="also rewrite images in the base64 data of Secrets (the default)",
        flag="--secrets",
        negation="--no-secrets",
        variable="ACREG_SECRETS",
    ),
    Option(
        field="locations",
        form="locations",
        key="locations",
        help="more places with images: a list of {apiVersion, kind, path, form, parts}; and fields for pull "
        "secrets: {apiVersion, kind, path, pullSecrets}",
    ),
    Option(
        field="ignore",
        form="ignore",
        key="ignore",
        help="texts that look like images and are not: a list of {apiVersion, kind, name, path, reference}",
        blinds=True,
    ),
    Option(
        field="before",
        form="commands",
        key="before",
        help="other post-renderers that run first: a list of lists, each a program and its arguments",
        only_named=True,
    ),
    Option(
        field="after",
        form="commands",
        key="after",
        help="other post-renderers that get acreg's output, as in `before`; acreg does not check what they change",
        only_named=True,
    ),
)

BY_FIELD = {option.field: option for option in OPTIONS}
