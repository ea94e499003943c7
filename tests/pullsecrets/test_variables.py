from __future__ import annotations

from rendering import render

BEFORE = """\
kind: Deployment
env:
- name: STRIMZI_IMAGE_PULL_SECRETS
  value: "one"
- name: ACME_IMAGE_PULL_SECRETS
  value: two, containerregistry
- name: EMPTY_IMAGE_PULL_SECRETS
  value: ""
- name: IMAGE_PULL_SECRETS
  value: one
- name: QUOTED_IMAGE_PULL_SECRETS
  value: "'one two'"
- name: WRONG_IMAGE_PULL_SECRETS
  value: "registry.example.com:8083/appcircle/b:1"
"""
AFTER = """\
kind: Deployment
env:
- name: STRIMZI_IMAGE_PULL_SECRETS
  value: "one,containerregistry"
- name: ACME_IMAGE_PULL_SECRETS
  value: two, containerregistry
- name: EMPTY_IMAGE_PULL_SECRETS
  value: ""
- name: IMAGE_PULL_SECRETS
  value: one
- name: QUOTED_IMAGE_PULL_SECRETS
  value: "'one two'"
- name: WRONG_IMAGE_PULL_SECRETS
  value: "registry.spacetech.com:8083/appcircle/appcircle/b:1"
"""


def test_lists_of_names_in_variables_get_the_secrets() -> None:
    assert render(BEFORE) == AFTER
