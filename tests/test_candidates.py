from __future__ import annotations

import pytest

from postrenderer.candidates import may_hold_images


def read(text: str) -> bool:
    """Whether the document is read, with neighbours that must not count."""
    before, data, after = b"image: a/b:1\n---\n", text.encode(), b"\n---\nimage: a/b:1\n"
    return may_hold_images(before + data + after, len(before), len(before) + len(data))


@pytest.mark.parametrize(
    "text",
    [
        "image: nginx\n",
        "sidecarImage: nginx\n",
        "PROXY_IMAGE: nginx\n",
        "a: see quay.io/x/y\n",
        "a: registry:5000/x\n",
        "a: localhost/x\n",
        "a: '[::1]/x'\n",
        '"im\\x61ge": nginx\n',
        '"\\u0069mage": nginx\n',
        '"\\U00000069mage": nginx\n',
        'a: "quay.io\\/x"\n',
        'a: "quay.io\\\n  /x"\n',
        # Aliases, whose anchors may stand in another document.
        "a: *b\n",
        "a:\n- *b\n",
        "a: [*b]\n",
        "a: {c: *b}\n",
        "a: [x,*b,y]\n",
        "<<: *b # c\n",
        "*b",
        "*b : c\n",
        # Old line ends hide a second document behind a schema.
        "\nkind: CustomResourceDefinition\n...\nimage: a\n",
        "a: |\n  kind: CustomResourceDefinition\nb: image\n",
        "\nkind: CustomResourceDefinitionList\nb: image\n",
    ],
)
def test_read(text: str) -> None:
    assert read(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\ndata:\n  a: b\n",
        "apiVersion: v1\nkind: Service\nspec:\n  ports:\n  - port: 80\n",
        "rules:\n- apiGroups: ['*']\n  resources: [\"*\"]\n  verbs:\n  - '*'\n",
        "a: 5 * 3\nb: '*.x'\nc: /*/y\nd: '**bold**'\n",
        "a: http://x\nb: a/b\n",
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nspec:\n  image: nginx:1\n",
        "apiVersion: apiextensions.k8s.io/v1\r\nkind: CustomResourceDefinition\r\nspec:\r\n  image: nginx:1\r\n",
        "image\nkind: CustomResourceDefinition",
    ],
)
def test_passed_over(text: str) -> None:
    assert not read(text)
