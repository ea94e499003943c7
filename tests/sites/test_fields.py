# ruff: noqa: E501  # a row of a table is a whole text
from __future__ import annotations

import pytest
from marked import check, stays

from postrenderer.sites import fields, find
from postrenderer.text import composer
from postrenderer.text.pointer import pointer

SHA = "sha256:" + "c" * 64


def resource(spec: str, api: str = "example.com/v1", kind: str = "Demo") -> str:
    return f"apiVersion: {api}\nkind: {kind}\nmetadata:\n  name: demo\nspec: {spec}\n"


@pytest.mark.parametrize(
    "spec",
    [
        "{image: «quay.io/acme/server:v3»}",
        "{imageName: «ghcr.io/acme/postgresql:16.4»}",
        "{images: [{major: 15, image: «ghcr.io/acme/pg:15»}, {major: 16, image: «ghcr.io/acme/pg:16@" + SHA + "»}]}",
        "{java: {image: «ghcr.io/acme/autoinstrumentation-java:2»}, nodejs: {image: «otel/nodejs»}}",
        "{overrides: [{path: /spec/template/spec/containers/0/image, value: «nginx:1.17»}]}",
        "{plaintext: [{path: /spec/template/spec/containers/0/image, operator: replace, value: «nginx:1.17»}]}",
        "{cephVersion: {image: «quay.io/acme/ceph:v19», allowUnsupported: false}}",
        "{upgrade: {image: «acme/upgrade»}, prepare: {image: «ubuntu», args: [prepare]}, version: v1.30.1+k3s1}",
        "{registrationImagePullSpec: «quay.io/acme/registration:latest», workImagePullSpec: «acme/work»}",
        "{docker_image: «ghcr.io/acme/spilo:4», sidecars: [{name: a, image: «acme/exporter:v1»}]}",
        "{backup: {image: «acme/backup:1-debug»}, pmm: {image: «acme/pmm:2», serverHost: monitoring-service}}",
        "{devicePluginImage: «acme/plugin:latest», commonConfig: {initContainerImage: «busybox:1.36»}}",
        "{tridentImage: «docker.io/acme/trident:25», imageRegistry: '', imagePullSecrets: [a]}",
        "{templates: [{container: {image: «acme/say:v2»}}, {script: {image: «python:alpine3.6», source: x}}]}",
        "{sidecars: [{name: dind, image: «docker:dind»}], stepTemplate: {image: «ubuntu»}}",
        "{steps: [{name: build, image: «alpine», script: x}, {name: b, image: $(params.IMAGE)}]}",
        "{container: {name: storage-initializer, image: «acme/storage:v0.15»}}",
        "{db: {image: «ghcr.io/acme/postgres:16»}, exporter: {image: «acme/exporter»}, ui: [{name: x, version: v1}]}",
        "{dashboardInitContainer: {yqImage: «ghcr.io/acme/init:8»}, initContainer: {image: «acme/init:1»}}",
        "{volumes: [{name: x, containerDisk: {image: «quay.io/acme/fedora:latest»}}]}",
        "{relatedImages: [{name: a, image: «quay.io/acme/y:1»}]}",
        "{plugins: [{name: a, image: «worker»}, {name: b, image: worker:8080}, {image: worker}], plugin: {name: a, image: b}}",
        "{baseImage: «quay.io/acme/prometheus», version: v3.0}",
        "{thanos: {image: «quay.io/acme/thanos:v0.3», version: v0.3}}",
        "{components: [{type: webservice, properties: {image: «oamdev/hello:v1»}}]}",
        "{image: «10.0.0.1:5000/app»}",
        '{"image": "«quay.io/acme/server»:{{workflow.parameters.tag}}"}',
        '{"image": "«acme/app-debug»-{{ .Arch }}:1"}',
        # A list, or a mapping, that is named after images.
        "{images: [«quay.io/acme/b:1», «acme/c:2»]}",
        "{images: {proxy: «acme/proxy:2», agent: «quay.io/acme/agent»}}",
    ],
)
def test_fields_that_are_named_after_images(spec: str) -> None:
    check(resource(spec), fields.FAMILY)


@pytest.mark.parametrize(
    "spec",
    [
        "{driver: {repository: «nvcr.io/nvidia», image: driver, version: '550'}}",
        f"{{driver: {{repository: «nvcr.io/nvidia», image: driver, version: '{SHA}'}}}}",
        "{toolkit: {image: «nvcr.io/nvidia/k8s/toolkit:v1», repository: '', version: ''}}",
        "{kube: {envoyContainer: {image: {registry: «quay.io/acme», repository: envoy, tag: 1.18, pullPolicy: Always}}}}",
        f"{{sds: {{image: {{registry: «cr.acme.dev/team», repository: sds, tag: v2, digest: '{SHA}'}}}}}}",
        "{deployment: {image_name: «quay.io/kiali/kiali», image_version: v2.1, image_pull_policy: Always}}",
        "{fluentd: {image: {repository: «ghcr.io/acme/fluentd», tag: v1}, volumeModImage: {repository: «busybox»}}}",
        "{image: {repository: «fluent/fluent-bit»}}",
        "{image: {repository: «pravega/zookeeper», tag: 0.2.15, pullPolicy: IfNotPresent}}",
        "{solrImage: {repository: «acme/solr», tag: 8.11}}",
        "{busyBoxImage: {repository: «busybox», tag: 1.28.0-glibc}}",
        "{version: 6.2.0, repository: «acme/scylla», agentVersion: 3.4, agentRepository: «docker.io/acme/agent»}",
        f"{{version: '6.2.0@{SHA}', repository: «acme/scylla»}}",
        "{repository: '«quay.io/acme/x»-{{ .Arch }}', tag: '1'}",
        "{image: {repository: '«quay.io/acme»/${NAME}/y', tag: '1'}}",
        "{image: «rocm/amdgpu-driver», version: '6.3'}",
        f"{{image: «quay.io/argoproj/argocd», version: '{SHA}', redis: {{image: «redis», version: '7'}}}}",
        "{proxy: {image: {name: «cr.acme.dev/linkerd/proxy», version: edge-1, pullPolicy: ''}}}",
        "{controllerImage: «cr.acme.dev/linkerd/controller», linkerdVersion: edge-1}",
        "{agent: {image: {registry: «docker.io», name: acme/agent, tag: 1.2}}}",
        "{values: {sidecar: {image: {registry: «docker.io», repository: acme/side, tag: v1}}}}",
        "{art: {image: «kserve/art-explainer», defaultImageVersion: latest}}",
        "{global: {hub: «registry.istio.io/testing», tag: latest, proxy: {image: proxyv2}}}",
        "{global: {hub: «docker.io/istio», tag: 1.24, variant: ''}}",
        "{imageRegistry: «quay.io/kubevirt», imageTag: v1.4}",
        "{dns: {imageRepository: «registry.k8s.io/coredns», imageTag: v1.1}}",
        "{pd: {baseImage: «pingcap/pd», replicas: 1}, version: v8.5}",
        "{agent: {repository: «acme/agent», tag: 1.2}}",
        "{images: [{name: nginx, newName: «quay.io/acme/nginx», newTag: '1'}]}",
    ],
)
def test_images_that_several_fields_make_up(spec: str) -> None:
    check(resource(spec), fields.FAMILY)


@pytest.mark.parametrize(
    ("api", "kind", "spec"),
    [
        ("pkg.crossplane.io/v1", "Provider", "{package: «xpkg.acme.dev/acme/provider-aws:v0.40»}"),
        ("pkg.crossplane.io/v1beta1", "Function", "{package: «acme/function-auto-ready:v0.2»}"),
        ("operator.tigera.io/v1", "Installation", '{registry: "«quay.io»/", imagePath: calico, variant: Calico}'),
        ("datadoghq.com/v2alpha1", "DatadogAgent", "{global: {registry: «gcr.io/datadoghq»}}"),
        ("mysql.oracle.com/v2", "InnoDBCluster", "{imageRepository: «container-registry.oracle.com/mysql»}"),
        (
            "controlplane.cluster.x-k8s.io/v1beta1",
            "KubeadmControlPlane",
            "{kubeadmConfigSpec: {clusterConfiguration: {imageRepository: «registry.k8s.io», dns: {imageRepository: «registry.k8s.io/coredns», imageTag: v1}}}}",
        ),
        ("image.openshift.io/v1", "ImageStream", "{tags: [{name: a, from: {kind: DockerImage, name: «nginx»}}]}"),
        ("image.openshift.io/v1", "ImageStream", "{dockerImageRepository: «quay.io/acme/app»}"),
        (
            "build.openshift.io/v1",
            "BuildConfig",
            "{strategy: {dockerStrategy: {from: {kind: DockerImage, name: «python:3.9»}}}, output: {to: {kind: ImageStreamTag, name: 'app:latest'}}}",
        ),
    ],
)
def test_fields_of_known_kinds(api: str, kind: str, spec: str) -> None:
    check(resource(spec, api, kind), fields.FAMILY)


def test_annotations_that_name_images() -> None:
    check(
        "kind: Deployment\nmetadata: {annotations: {containerImage: «quay.io/acme/op:1»,"
        " sidecar.istio.io/proxyImage: «docker.io/istio/proxyv2:1.20», config.linkerd.io/proxy-image: «acme/proxy»}}\n",
        fields.FAMILY,
    )


@pytest.mark.parametrize(
    "spec",
    [
        "{imageName: cpu}",
        "{image: auto}",
        "{image: {tag: v1.2, pullPolicy: Always}}",
        "{image: proxyv2, tag: '1'}",
        "{image: {repository: agent, tag: '7'}}",
        "{imageRepository: registry.acme.dev, imageTag: '3'}",
        "{defaultRegistry: docker.io, registry: docker.io, registries: [docker.io, quay.io]}",
        "{allowedRegistries: [quay.io/acme], exemptImages: ['quay.io/acme/*']}",
        "{imageFormat: '2', imageFeatures: layering, image: rbd-image}",
        "{image: projects/acme/global/images/ubuntu-2204}",
        "{image: {filter: {name: ubuntu-2204-kube-v1.30}}, imageRef: {urn: 'Canonical:0001:x:latest'}}",
        "{imageLookupFormat: 'capa-ami-{{.BaseOS}}', image: {id: ami-123}}",
        "{ui: {image: logo.png, iconImage: 'data:image/png;base64,AAAA', logoImage: assets/logo}}",
        "{image: 'https://acme.dev/x.png', image_url: 'https://acme.dev/x.png', imagePath: calico}",
        "{repository: 'https://charts.acme.dev', chart: nginx, version: '1.2'}",
        "{repository: acme/charts, chart: nginx, version: '1.2'}",
        "{chart: {repository: ghcr.io/acme/charts, name: nginx, version: '1.2'}}",
        "{ociRepository: {repository: ghcr.io/acme/charts/nginx, tag: v1}}",
        "{chart: {spec: {chart: acme/nginx, version: '1.2', sourceRef: {kind: HelmRepository, name: bitnami}}}}",
        "{source: {repoURL: registry-1.docker.io/bitnamicharts, chart: nginx, targetRevision: '1.2'}}",
        "{dependencies: [{name: a, version: '1', repository: registry-1.docker.io/bitnamicharts}]}",
        "{sourceRepos: [registry-1.docker.io/bitnamicharts, 'https://github.com/acme/app']}",
        "{url: 'oci://ghcr.io/acme/charts', ref: {tag: latest}}",
        "{url: 'oci://ghcr.io/acme/manifests/app:1.2'}",
        "{repository: acme/app, branch: main, tag: v1}",
        "{git: {repository: acme/app, tag: v1}}",
        "{repo: acme/app, tag: v1}",
        "{repository: github.com/acme/app, version: v1}",
        "{plugins: [{name: redis, version: '7'}, {name: acme/x, version: '1'}]}",
        "{apps: [{name: nginx, tag: '1.2'}], package: {name: quay, version: '1'}}",
        "{modules: [{name: github.com/acme/x, version: v1}]}",
        "{build: {output: {type: docker, image: 'registry.acme.dev/team/connect:latest', pushSecret: x}}}",
        "{description: 'Uses quay.io/acme/app:1', message: 'not docker.io/acme/app:2', summary: quay.io/acme/app:3}",
        "{abstract: 'Runs quay.io/acme/app:1', displayName: quay.io/acme/app:1, failedTaskHelp: 'No quay.io/acme/app:1'}",
        "{matchImages: ['quay.io/acme/app:1'], desc: 'Runs quay.io/acme/app:1'}",
        "{podLabels: {image: nginx, version: '1'}, nodeSelector: {image: redis}, selector: {matchLabels: {image: nginx}}}",
        "{data: {README.md: 'Try `docker run quay.io/acme/app:1`.'}}",
        "{overrides: [{path: /spec/image, op: remove, value: 'acme/app:1'}, {path: image, value: 'acme/app:1'}]}",
        "{env: [{name: IMAGE_BUILDER_NAME, value: docker}, {name: IMAGE_BUILDER_VERSION, value: '24'}]}",
        "{env: [{name: IMAGE_STREAM_NAME, value: acme/app}]}",
        "{expr: 'kube_pod_container_info{image=\"quay.io/acme/app:1\"} > 0'}",
        "{rules: [{condition: 'container.image.repository = docker.io/acme/app'}]}",
        "{provisioner: docker.io/hostpath, controller: k8s.io/ingress-nginx}",
        "{seLinuxOptions: {level: 's0:c123,c456'}, schedule: '0 3 * * *', time: 12:30:45}",
        "{mountPath: /bitnami/postgresql, securityContext: {runAsUser: 1001}}",
        "{ipBlock: {cidr: 10.0.0.0/8}, address: '[fd00:10:96::a]:53', hosts: [registry.acme.dev]}",
        "{tolerations: [{key: node.acme.io/dedicated, operator: Exists}]}",
        "{sourceLabels: [image], regex: 'quay.io/acme/(.*):1', targetLabel: image}",
        "{imageDigestMirrors: [{source: registry.acme.dev/a, mirrors: [mirror.acme.dev/a]}]}",
        "{image: {{nothing: true}: x}}",
    ],
)
def test_look_alikes_stay(spec: str) -> None:
    stays(resource(spec))


@pytest.mark.parametrize(
    ("api", "kind", "spec"),
    [
        (
            "kyverno.io/v1",
            "ClusterPolicy",
            "{rules: [{name: a, validate: {message: ghcr.io/acme/app:1, pattern: {spec: {containers: [{image: ghcr.io/acme/app:1}]}}}}, {verifyImages: [{imageReferences: [ghcr.io/acme/app:1]}]}]}",
        ),
        ("constraints.gatekeeper.sh/v1beta1", "K8sAllowedRepos", "{parameters: {images: [quay.io/acme/app:1]}}"),
        ("policy.sigstore.dev/v1beta1", "ClusterImagePolicy", "{images: [{glob: ghcr.io/acme/app:1}]}"),
        ("apiextensions.k8s.io/v1", "CustomResourceDefinition", "{image: {default: quay.io/acme/app:1}}"),
    ],
)
def test_conditions_and_schemas_hold_no_images(api: str, kind: str, spec: str) -> None:
    stays(resource(spec, api, kind))


def test_a_known_prefix_may_be_a_name_on_docker_hub_with_images_behind_it() -> None:
    spec = "{imageRegistry: {name: «acme»}, nats: {image: 'nats:2.6'}}"
    check(resource(spec, "netapp.astraconnector.com/v1", "AstraConnector"), fields.FAMILY)


def test_the_same_kind_of_another_group_is_searched() -> None:
    check(resource("{validate: {image: «acme/validator:1»}}", "nvidia.com/v1", "ClusterPolicy"), fields.FAMILY)


def test_an_alias_is_found_at_each_of_its_places() -> None:
    (root,) = composer.compose("a:\n  image: &x acme/y:1\nb:\n  image: *x\n").roots
    assert [pointer(site.path) for site in find(root, lambda _: False).sites] == ["/a/image", "/b/image"]


def test_what_a_text_says_of_an_image_with_white_space_is_none() -> None:
    text = (
        'x: |\n  containers:\n  - image: "acme/app@sha256:00\n      00"\n  - image: "acme/last:1\n\n      "\n'
        "  - image: acme/side:1\n"
    )
    (root,) = composer.compose(text).roots
    assert [site.span.reference for site in find(root, lambda _: False).sites] == ["acme/side:1"]
