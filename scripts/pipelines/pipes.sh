#!/bin/bash
# acreg as a filter: manifests in, private manifests out, whatever made them and whatever takes them.
#
# ACREG_VALUES names the file with global.imageRegistry and global.imageRepositoryPath; acreg.pyz is on PATH. Without
# `pipefail` the shell would not notice that what stands in front of acreg failed.
#
# Tested: each line runs under Helm 3 and Helm 4 with a real kubectl, whose `apply` is given --dry-run=client and then a
# real API server.
set -euo pipefail

# A chart. All of it passes, chart hooks too, which Helm 3 keeps from a post-renderer. kubectl runs no hooks.
helm template appcircle-server ./chart -f values.yaml --no-hooks | acreg.pyz | kubectl apply -f -

# A kustomization; `kustomize build` is the same.
kubectl kustomize ./overlay | acreg.pyz | kubectl apply -f -

# A gate: nothing is applied unless every image is private.
kubectl kustomize ./overlay | acreg.pyz > manifests.yaml
acreg.pyz verify -f manifests.yaml
kubectl apply -f manifests.yaml
