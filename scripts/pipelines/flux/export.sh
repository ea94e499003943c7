#!/bin/sh
# Flux: its helm-controller runs no program of yours, so acreg writes the rules for the controller's own post-renderer,
# kustomize. The pipeline runs this whenever the chart or its values change, and commits post-renderers.yaml, which
# kustomization.yaml puts into the HelmRelease. acreg.pyz and helm are on PATH.
#
# Tested: it runs under Helm 3 and Helm 4; kustomize makes the HelmRelease, and, as the controller does, makes the images
# of the chart private with it. Flux itself was not at hand.
set -eu
acreg.pyz export flux --helm-release appcircle/appcircle-server --chart ./chart -f values.yaml > new.yaml
mv new.yaml post-renderers.yaml # only if all went well
