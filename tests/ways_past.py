"""Streams with a public image that once passed `--strict`, one of each kind."""

from __future__ import annotations

from rendering import PRIVATE

_POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec:\n  containers:\n  - name: a\n"
_CONTAINER = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - "
_REST = "metadata: {name: x}\nspec:\n  containers:\n  - name: a\n    image: evil.io/x:1\n"
_PUBLIC = f"apiVersion: v1\nkind: Pod\n{_REST}"
_OPEN = f"{_POD}    image: {PRIVATE}/ok:1\n"
_CRD = "kind: CustomResourceDefinition\n"
_SPEC = "spec: {containers: [{name: a, image: evil.io/x:1}]}"
_FLOW = "{apiVersion: v1, kind: Pod, " + _SPEC + "}"
_KEYS = ", ".join(f"k{number}: v" for number in range(1_100))
_BUFFER = f"#{'p' * 508}\n#"
"""What fills go-yaml's buffer of 512 bytes."""
_OF_CRD = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: x}\n"
_UTF_16 = _PUBLIC.encode("utf-16-le").decode("utf-8", "surrogateescape")

WAYS: dict[str, str] = {
    # A document that looks like a schema and was passed over unread.
    "a second kind": f"---\napiVersion: v1\n{_CRD}metadata:\n  name: x\nkind: Pod\n{_REST[_REST.index('spec') :]}",
    "the line in double quotes": f'---\napiVersion: v1\nx: "\n{_CRD}"\nkind: Pod\n{_REST}',
    "the line in single quotes": f"---\napiVersion: v1\nx: '\n{_CRD}'\nkind: Pod\n{_REST}",
    "the line in a flow list": f"---\nx: [a,\n{_CRD}]\n{_PUBLIC}",
    "the line in a flow mapping": f"---\nx: {{a: b,\n{_CRD}}}\n{_PUBLIC}",
    "the line in a root in flow style": f'{{x: "\n{_CRD}",\napiVersion: v1, kind: Pod, {_SPEC}}}\n',
    "a root in flow style before the line": f"---\n{_FLOW}\n{_CRD}metadata:\n  name: x\n",
    "an indented root in flow style before the line": f"---\n  {_FLOW}\n{_CRD}metadata:\n  name: x\n",
    "a root in flow style on the line of a marker": f"--- {_FLOW}\n{_CRD}metadata:\n  name: x\n",
    "a root in flow style behind a glued marker": f"a: b\n---{_FLOW}\n{_CRD}metadata:\n  name: x\n",
    "the line in quotes in an indented root": f'---\n  {{x: "\n{_CRD}  ", {_FLOW[1:]}\n',
    "a comment that a lone CR ends": f"---\n{_CRD}# c\rkind: Pod\rapiVersion: v1\r{_SPEC}\n",
    "a nested line that LS ends": f"---\napiVersion: v1\n{_CRD}metadata:\n  name: x\u2028kind: Pod\u2028{_SPEC}\n",
    "a marker without white space": f"---\napiVersion: v1\n{_CRD}metadata:\n  name: x.y\n---{_PUBLIC}",
    "a marker and a comment without white space": f"---\napiVersion: v1\n{_CRD}---# c\n{_PUBLIC}",
    "a marker and a no-break space": f"---\napiVersion: v1\n{_CRD}---\xa0\n{_PUBLIC}",
    "a second kind in double quotes": f'---\napiVersion: v1\n{_CRD}"kind": Pod\n{_REST}',
    "a second kind with an escape": f'---\napiVersion: v1\n{_CRD}"k\\x69nd": Pod\n{_REST}',
    "a second kind as an explicit key": f"---\napiVersion: v1\n{_CRD}? kind\n: Pod\n{_REST}",
    "a second kind behind an anchor": f"---\napiVersion: v1\n{_CRD}&a kind: Pod\n{_REST}",
    "a second kind behind a tag": f"---\napiVersion: v1\n{_CRD}!!str kind: Pod\n{_REST}",
    "a second kind as a binary key": f"---\napiVersion: v1\n{_CRD}!!binary a2luZA==: Pod\n{_REST}",
    "a second kind before a space": f"---\napiVersion: v1\n{_CRD}kind : Pod\n{_REST}",
    "a second kind behind a lone CR": f"---\napiVersion: v1\n{_CRD}{_SPEC}\rkind: Pod\n",
    "a second kind behind NEL": f"---\napiVersion: v1\n{_CRD}{_SPEC}\x85kind: Pod\n",
    "a second kind behind LS": f"---\napiVersion: v1\n{_CRD}{_SPEC}\u2028kind: Pod\n",
    "a second kind behind PS": f"---\napiVersion: v1\n{_CRD}{_SPEC}\u2029kind: Pod\n",
    "a second kind that is merged": f"---\napiVersion: v1\n{_CRD}<<: {{kind: Pod}}\n{_REST}",
    "a second kind as an alias": f"---\na: &a kind\napiVersion: v1\n{_CRD}*a : Pod\n{_REST}",
    "a List": f"---\napiVersion: v1\n{_CRD}kind: List\nitems:\n- {{apiVersion: v1, kind: Pod, {_SPEC}}}\n",
    "items of a schema": f"apiVersion: a.io/v1\n{_CRD}items:\n- {{apiVersion: v1, kind: Pod, {_SPEC}}}\n",
    "items of a schema in flow style": "{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, "
    f"items: [{{apiVersion: v1, kind: Pod, {_SPEC}}}]}}\n",
    "items of a schema in JSON": '{"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","items":['
    '{"apiVersion":"v1","kind":"Pod","spec":{"containers":[{"image":"evil.io/x:1"}]}}]}\n',
    # A mapping in a workload that looks like an object whose images are not pulled.
    "a schema as a pod spec": f"{_PUBLIC}  apiVersion: apiextensions.k8s.io/v1\n  {_CRD}",
    "a constraint as a pod spec": f"{_PUBLIC}  apiVersion: constraints.gatekeeper.sh/v1beta1\n  kind: A\n",
    "an admission policy as a pod template": "apiVersion: apps/v1\nkind: Deployment\nspec:\n  template:\n"
    f"    apiVersion: admissionregistration.k8s.io/v1\n    kind: A\n    {_SPEC}\n",
    "a constraint that a merge key unmakes": f"apiVersion: constraints.gatekeeper.sh/v1\nkind: Pod\n{_REST}"
    "<<: {apiVersion: v1}\n",
    "a constraint that a binary key unmakes": "apiVersion: constraints.gatekeeper.sh/v1\n"
    f"!!binary YXBpVmVyc2lvbg==: v1\nkind: Pod\n{_REST}",
    "a constraint that a merge key makes a Pod": "apiVersion: constraints.gatekeeper.sh/v1\nkind: A\n"
    f"<<: {{apiVersion: v1, kind: Pod}}\n{_SPEC}\n",
    "a schema in a List that a merge key makes a Pod": f"apiVersion: v1\nkind: List\nitems:\n- {_CRD}"
    f"  <<: {{apiVersion: v1, kind: Pod}}\n  {_SPEC}\n",
    "a schema in a List that a binary key makes a Pod": f"apiVersion: v1\nkind: List\nitems:\n- {_CRD}"
    f"  !!binary a2luZA==: Pod\n  apiVersion: v1\n  {_SPEC}\n",
    # Merge keys, which override for Go what stands before them.
    "a merge key behind": f"{_OPEN}    <<: {{image: evil.io/x:1}}\n",
    "a merge key in a merge key": f"{_OPEN}    <<: &b\n      <<: {{image: evil.io/z:1}}\n",
    "a merge key with a tag": f"{_OPEN}    !!merge <<: {{image: evil.io/x:1}}\n",
    "a merge key in quotes with a tag": f'{_OPEN}    !!merge "<<": {{image: evil.io/x:1}}\n',
    "a merge key with the tag of none": f"{_OPEN}    ! <<: {{image: evil.io/x:1}}\n",
    "a merge key behind an anchor": f"{_OPEN}    &m <<: {{image: evil.io/x:1}}\n",
    "a merge key as an explicit key": f"{_OPEN}    ? <<\n    : {{image: evil.io/x:1}}\n",
    "a list of merged mappings": f"{_OPEN}    <<: [{{image: evil.io/x:1}}, {{image: {PRIVATE}/ok:1}}]\n",
    "two merge keys": f"{_POD}    <<: {{image: {PRIVATE}/ok:1}}\n    <<: {{image: evil.io/x:1}}\n",
    "a merged mapping that merges behind": f"{_POD}    <<: {{image: {PRIVATE}/ok:1, <<: {{image: evil.io/x:1}}}}\n",
    "a merge key as an explicit key with a tag": f"{_OPEN}    ? !!merge\n      <<\n    : {{image: evil.io/x:1}}\n",
    "a merged mapping with a tag": f"{_OPEN}    <<: !foo {{image: evil.io/x:1}}\n",
    "a merged mapping with the tag of a scalar": f"{_OPEN}    <<: !!binary {{image: evil.io/x:1}}\n",
    "a merged alias behind": f"a: {{b: &m {{c: &i nginx}}}}\n{_OPEN}    <<: {{<<: *m, image: *i}}\n",
    "a merged spec": f"{_OPEN}<<: {{{_SPEC}}}\n",
    "a merged spec over a text": f"apiVersion: v1\nkind: Pod\nspec: none\n<<: {{{_SPEC}}}\n",
    "more merged mappings than are merged": f"{_POD}    <<: [{'{a: b}, ' * 120}{{image: nginx}}]\n",
    "more merged keys than are merged": f"{_POD}    <<: {{{_KEYS}, image: nginx}}\n",
    # Keys and values as Base64.
    "a binary key": f"{_POD}    !!binary aW1hZ2U=: nginx\n",
    "a binary key by its whole tag": f"{_POD}    !<tag:yaml.org,2002:binary> aW1hZ2U=: nginx\n",
    "a binary key with a percent escape": f"{_POD}    !!b%69nary aW1hZ2U=: nginx\n",
    "a binary key with a comma escaped": f"{_POD}    !<tag:yaml.org%2C2002:binary> aW1hZ2U=: nginx\n",
    "a binary explicit key": f"{_POD}    ? !!binary aW1hZ2U=\n    : nginx\n",
    "a binary key in a merged mapping": f"{_OPEN}    <<: {{!!binary aW1hZ2U=: nginx}}\n",
    "a binary key by a handle": f"%TAG !b! tag:yaml.org,2002:\r---\r{_POD}    !b!binary aW1hZ2U=: nginx\n",
    "a binary key by half a handle": f"%TAG !b! tag:yaml.org,2002:bin\x85---\x85{_POD}    !b!ary aW1hZ2U=: nginx\n",
    "a binary key by a bare handle": f"%TAG ! tag:yaml.org,2002:\u2028---\u2028{_POD}    !binary aW1hZ2U=: nginx\n",
    "a merge key by a handle": f"%TAG !b! tag:yaml.org,2002:\r---\r{_OPEN}    !b!merge '<<': {{image: evil.io/x:1}}\n",
    "a binary key as a block": f"{_POD}    ? !!binary |\n      aW1h\n      Z2U=\n    : nginx\n",
    "a binary key with a host": f"{_OPEN}    !!binary aW1hZ2U=: redis\n",
    "a binary key of an image volume": "apiVersion: v1\nkind: Pod\nspec:\n  volumes:\n"
    f"  - image: {{reference: {PRIVATE}/ok:1}}\n    !!binary aW1hZ2U=: {{reference: nginx}}\n",
    "a merged reference of an image volume": "apiVersion: v1\nkind: Pod\nspec:\n  volumes:\n"
    f"  - image: {{reference: {PRIVATE}/ok:1, <<: {{reference: nginx}}}}\n",
    "an image that is a date": f"{_POD}    image: !!timestamp 2001-01-01\n",
    # Tags, of which a comma behind is a part for Go. For libyaml it ends an entry that has no value.
    "a tag before a comma": f"{_POD}  - {{name: b, image: !t, evil.io/x:1}}\n",
    "a tag of a text before a comma": f"{_POD}  - {{name: b, image: !!str, evil.io/x:1}}\n",
    "the tag of none before a comma": f"{_POD}  - {{name: b, image: !, evil.io/x:1}}\n",
    "a tag with a comma in it": f"{_POD}  - {{name: b, image: !t,evil.io/y:1 evil.io/x:1}}\n",
    "a tag before a comma at the end of a line": f"{_POD}  - {{name: b, image: !t,\n      evil.io/x:1}}\n",
    "a tag and a spec behind a comma": "{apiVersion: v1, kind: Pod, spec: !t, {containers: [{image: evil.io/x:1}]}}\n",
    "a tag and a list behind a comma": "apiVersion: v1\nkind: Pod\nspec: {containers: !t, [{image: evil.io/x:1}]}\n",
    # A value that an alias shares, whose first place says less of it than the place in the pod.
    "an image shared with any field": f"x: {{image: &i myapp}}\n{_CONTAINER}image: *i\n",
    "an image shared with an annotation": f"x: {{annotations: {{image: &i myapp}}}}\n{_CONTAINER}image: *i\n",
    "an image shared with a copied one": f"x: {{from: {{image: &i myapp}}}}\n{_CONTAINER}image: *i\n",
    "an image shared with a command": f"x: {{command: [skopeo, copy, &i evil.io/x:1]}}\n{_POD}    image: *i\n",
    "an image shared with a variable": f"x: {{env: [{{name: IMAGE, value: &i myapp}}]}}\n{_POD}    image: *i\n",
    "an image shared with a repository": f"x: {{repository: &i myapp}}\n{_CONTAINER}image: *i\n",
    "an image shared with half an image": f"x: {{image: {{repository: &i myapp, tag: '1'}}}}\n{_CONTAINER}image: *i\n",
    "a shared container": f"x: &c {{image: myapp}}\n{_CONTAINER}*c\n",
    "shared containers": "x: &c [{image: myapp}]\napiVersion: v1\nkind: Pod\nspec: {containers: *c}\n",
    "a shared mapping that is merged": f"x: &c {{image: myapp}}\n{_CONTAINER}<<: *c\n",
    "a shared image volume": "x: &v {image: {reference: myapp}}\napiVersion: v1\nkind: Pod\nspec: {volumes: [*v]}\n",
    "a first line behind directives that alone is indented": (
        f"%YAML 1.1\n---\n%YAML 1.1\n---\n  x: # c\n{_POD}    image: evil.io/x:1\n"
    ),
    "white space behind directives that only Helm takes off": (
        f"%YAML 1.1\n---\n\xa0 # c\n{_POD}    image: evil.io/x:1\n"
    ),
    "a shared container before a form feed": f"x: &c {{image: myapp}}\n{_CONTAINER}*c\f",
    "a shared mapping that is merged before a vertical tab": f"x: &c {{image: myapp}}\n{_CONTAINER}<<: *c\v\n",
    # Line breaks of YAML behind an indented first line, so that not all lines have its indentation.
    "a first line that alone is indented before a lone CR": f"  x: y\n{_PUBLIC}".replace("\n", "\r"),
    "a first line that alone is indented before NEL": "---\n" + f"  x: |\n{_PUBLIC}".replace("\n", "\x85"),
    "a first line that alone is indented before LS": "---\n" + f"  x: # c\n{_PUBLIC}".replace("\n", "\u2028"),
    # Byte order marks at the start of go-yaml's buffer: it skips the first sign of lines that are not indented.
    "a comment": f"{_BUFFER}\ufeff\n#apiVersion: v1\n#kind: Pod\n#{_SPEC}\n",
    "a comment in a definition": f"{_BUFFER}\ufeff\n#kind: Pod\n#apiVersion: v1\n#{_SPEC}\n{_OF_CRD}",
    "other names": f"{_BUFFER}\ufeff\nxapiVersion: v1\nxkind: Pod\nx{_SPEC}\n",
    "another first document": f"{_BUFFER}\ufeff\n apiVersion: v1\n kind: Pod\nmetadata: {{name: x}}\n {_SPEC}\n",
    "a first line with a mark": f"# c\n\ufeff  x: 1\n{_POD}    image: evil.io/x:1\n",
    # Byte order marks, which libyaml skips at the start of each line.
    "single quotes for libyaml alone": f"{_POD}  - {{name: b, x:\n\ufeff'y, image: myapp, z: w', v: u}}\n",
    "double quotes for libyaml alone": f'{_POD}  - {{name: b, x:\n\ufeff "y, image: myapp, z: w", v: u}}\n',
    "quotes for libyaml alone below": f'{_POD}  - {{name: b, x:\n\ufeff\n "y, image: myapp, z: w", v: u}}\n',
    "a comment for libyaml alone": f"{_POD}  - {{name: b, x:\n\ufeff#, image: evil.io/x:1\n    }}\n",
    "a comment for libyaml alone at the root": f"{{apiVersion: v1, kind: Pod, x:\n\ufeff#, {_SPEC}\n}}\n",
    "UTF-16 that is UTF-8 behind a marker": f"\udcff\udcfe#\0\x05\n---\n{_PUBLIC}{' ' * (len(_PUBLIC) % 2)}",
    "a document in UTF-16": f"apiVersion: v1\nkind: ConfigMap\n---\n\udcff\udcfe{_UTF_16}",
}

_FIELDS = f"  apiVersion: v1\n  kind: Pod\n  {_SPEC}\n"
WAYS_BEHIND: dict[str, str] = {
    "fields as indented as the first one": f"  x:\n{_FIELDS}{_OF_CRD}",
    "fields as indented as a text's lines": f"---\n  description: |\n{_FIELDS}{_OF_CRD}",
    "fields behind a lone CR": f"---\r  x:\n{_FIELDS}{_OF_CRD}",
    "fields behind a byte order mark": f"a: b\n---\n\ufeff  x:\n{_FIELDS}{_OF_CRD}",
    "fields behind a byte order mark in an indentation": f"  \ufeff  x:\n{_FIELDS}{_OF_CRD}",
    "fields behind two byte order marks": f"a: b\n---\n\ufeff\ufeff x:\n{_FIELDS}{_OF_CRD}",
    "fields behind two byte order marks of the stream": f"\ufeff\ufeff x:\n{_FIELDS}{_OF_CRD}",
    "fields behind a no-break space": f"  \xa0x:\n{_FIELDS}{_OF_CRD}",
    "fields that libyaml does not read": "  x: |\n" + _FIELDS.replace("x:1", "x:") + _OF_CRD,
    "fields in front of a merge key": f"  <<: {{apiVersion: v1, kind: Pod, {_SPEC}}}\n{_OF_CRD}",
    "a key in quotes with two carriage returns": f'{_OPEN}    ? "im\\\r\r\n      age"\n    : nginx\n',
    "a key in a block with two carriage returns": f"{_OF_CRD}? |-\r\r\n  kind\n: Pod\napiVersion: v1\n{_SPEC}\n",
}
"""Streams in which Helm 4 alone reads a public image of a pod, and only from a post-renderer: it trims nothing then."""
