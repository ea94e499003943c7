# Terraform or OpenTofu, hashicorp/helm 3 (in version 2 `postrender` is a block: no `=`). The provider is a Helm 3 by
# itself, whatever helm is on PATH: it takes a program, by its path or on PATH, and keeps chart hooks from it.
#
# Tested: the program with its arguments, on what Helm 3 renders. The syntax was read by an HCL parser, and the names are
# those of the provider's schema (3.1.1); Terraform and the provider itself were not at hand.
terraform {
  required_providers {
    helm = {
      source  = "hashicorp/helm"
      version = "~> 3.0"
    }
  }
}

resource "helm_release" "appcircle_server" {
  name             = "appcircle-server"
  namespace        = "appcircle"
  create_namespace = true
  chart            = "${path.module}/chart"
  values           = [file("${path.module}/values.yaml")]

  postrender = {
    binary_path = "acreg.pyz"
    args        = ["--values", "${path.module}/values.yaml"]
  }
}
