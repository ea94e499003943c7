"""For each kind of mistake that a public bug report stands for, manifests of the same kind that are not in the report.

A row is a manifest and what becomes of each reference in it; `none` is what nothing may be said about. Manifests are in
flow style where that is shorter, as their layout has tests of its own.
"""

from __future__ import annotations

from typing import NamedTuple

from postrenderer.plan.decide import LEFT, MOVED
from postrenderer.sites.site import STAYS

DIGEST = "sha256:" + "0123456789abcdef" * 4


class Row(NamedTuple):
    """A manifest, and what becomes of the references in it."""

    text: str
    becomes: dict[str, str]


def api(version: str, kind: str, spec: str, field: str = "spec") -> str:
    return f"apiVersion: {version}\nkind: {kind}\nmetadata: {{name: demo}}\n{field}: {spec}\n"


def config(text: str, key: str = "demo.yaml") -> str:
    lines = "".join(f"    {line}\n" for line in text.splitlines())
    return f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: demo}}\ndata:\n  {key}: |\n{lines}"


def container(fields: str) -> str:
    return api("v1", "Pod", f"{{containers: [{{name: a, image: alpine, {fields}}}]}}")


def annotated(annotation: str, image: str) -> str:
    spec = f"{{containers: [{{image: '{image}'}}]}}"
    return f"apiVersion: v1\nkind: Pod\nmetadata: {{annotations: {{{annotation}}}}}\nspec: {spec}\n"


def kustomization(kind: str, image: str) -> str:
    return f"apiVersion: kustomize.config.k8s.io/v1beta1\nkind: {kind}\nimages: [{image}]\n"


def task_run(reference: str, parameter: str) -> str:
    built = f"{{name: {parameter}, value: 'quay.io/a/out:1'}}"
    return api(
        "tekton.dev/v1",
        "TaskRun",
        f"{{taskRef: {reference}, params: [{built}, {{name: BUILDER_IMAGE, value: 'quay.io/a/in:1'}}]}}",
    )


def build(command: str, *references: str) -> Row:
    return Row(container(command), {"alpine": MOVED, **dict.fromkeys(references, STAYS)})


IMAGE_SETS = [
    Row(
        api("operator.tigera.io/v1", "ImageSet", f"{{images: [{{image: {name}, digest: '{DIGEST}'}}]}}"),
        {f"{name}@{DIGEST}": STAYS},
    )
    for name in ("calico/cni", "calico/typha", "tigera/operator", "calico/apiserver")
] + [
    Row(api("eraser.sh/v1", "ImageList", "{images: ['quay.io/acme/old:1']}"), {"quay.io/acme/old:1": STAYS}),
    Row(
        kustomization("Kustomization", "{name: nginx, digest: 'sha256:1'}"),
        {"nginx": STAYS},
    ),
]
MIRROR_SETS = [
    Row(
        api("kuik.enix.io/v1alpha1", "ReplicatedImageSet", "{alternatives: [{imagePrefix: quay.io/a}]}"),
        {"quay.io/a": STAYS},
    ),
    Row(
        api(
            "config.openshift.io/v1",
            "ImageTagMirrorSet",
            "{imageTagMirrors: [{source: 'quay.io/a/b:1', mirrors: ['m.io/a/b:1']}]}",
        ),
        {"quay.io/a/b:1": STAYS, "m.io/a/b:1": STAYS},
    ),
    Row(
        api("config.openshift.io/v1", "ImageContentPolicy", "{repositoryDigestMirrors: [{source: 'quay.io/a/b:1'}]}"),
        {"quay.io/a/b:1": STAYS},
    ),
    Row(
        api(
            "mirror.openshift.io/v1alpha2",
            "ImageSetConfiguration",
            "{operators: [{catalog: 'quay.io/a/b:1'}], additionalImages: [{name: 'quay.io/a/c:1'}]}",
            "mirror",
        ),
        {"quay.io/a/b:1": STAYS, "quay.io/a/c:1": STAYS},
    ),
    Row(
        api(
            "hypershift.openshift.io/v1beta1",
            "HostedCluster",
            "{release: {image: 'quay.io/a/b:1'}, imageContentSources: [{source: quay.io/a/b, mirrors: [m.io/a/b]}]}",
        ),
        {"quay.io/a/b:1": MOVED},
    ),
    Row(
        api(
            "artifact.falcosecurity.dev/v1alpha1",
            "Rulesfile",
            "{ociArtifact: {image: {repository: falcosecurity/rules/a, tag: '1'}, registry: {name: ghcr.io}}}",
        ),
        {"falcosecurity/rules/a:1": STAYS},
    ),
    Row(
        api("config.openshift.io/v1", "Image", "{registrySources: {allowedRegistries: ['quay.io/a/b:1']}}"),
        {"quay.io/a/b:1": STAYS},
    ),
    Row(
        api("goharbor.io/v1beta1", "HarborServerConfiguration", "{rules: ['docker.io/a/b:1,h.io/a/b:1']}"),
        {"docker.io/a/b:1": STAYS, "h.io/a/b:1": STAYS},
    ),
    Row(api("image.toolkit.fluxcd.io/v1", "ImageRepository", "{image: ghcr.io/a/b}"), {"ghcr.io/a/b": STAYS}),
    Row(
        api("kargo.akuity.io/v1alpha1", "Warehouse", "{subscriptions: [{image: {repoURL: public.ecr.aws/a/b}}]}"),
        {"public.ecr.aws/a/b": STAYS},
    ),
    Row(
        api(
            "argocd-image-updater.argoproj.io/v1alpha1",
            "ImageUpdater",
            "{applicationRefs: [{images: [{imageName: 'ghcr.io/a/b:1'}]}]}",
        ),
        {"ghcr.io/a/b:1": STAYS},
    ),
    Row(
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata:\n  annotations:\n"
        "    argocd-image-updater.argoproj.io/image-list: b=ghcr.io/a/b:1.x, nginx:1\n",
        {"ghcr.io/a/b:1.x": STAYS},
    ),
]
BUILD_OUTPUTS = [
    Row(
        api("appstudio.redhat.com/v1alpha1", "Component", "{containerImage: 'quay.io/a/out:1'}"),
        {"quay.io/a/out:1": STAYS},
    ),
    Row(
        api("kaito.sh/v1beta1", "Workspace", "{input: {image: 'a/in:1'}, output: {image: 'a/out:1'}}", "tuning"),
        {"a/in:1": MOVED, "a/out:1": STAYS},
    ),
    Row(
        api("build.openshift.io/v1", "Build", "{output: {to: {kind: DockerImage, name: 'quay.io/a/out:1'}}}"),
        {"quay.io/a/out:1": STAYS},
    ),
    Row(
        api("kpack.io/v1alpha2", "Image", "{tag: 'quay.io/a/out:1', additionalTags: ['quay.io/a/out:2']}"),
        {"quay.io/a/out:1": STAYS, "quay.io/a/out:2": STAYS},
    ),
    Row(api("kpack.io/v1alpha2", "Builder", "{tag: 'quay.io/a/builder:1'}"), {"quay.io/a/builder:1": STAYS}),
    Row(
        api("shipwright.io/v1beta1", "BuildRun", "{build: {spec: {output: {image: 'quay.io/a/out:1'}}}}"),
        {"quay.io/a/out:1": STAYS},
    ),
    Row(
        api("build.dev/v1alpha1", "Build", "{output: {image: 'quay.io/a/out:1'}, builder: {image: 'quay.io/a/in:1'}}"),
        {"quay.io/a/out:1": STAYS, "quay.io/a/in:1": MOVED},
    ),
    Row(
        api("kafka.strimzi.io/v1beta2", "KafkaConnect", "{build: {output: {type: docker, image: 'quay.io/a/out:1'}}}"),
        {"quay.io/a/out:1": STAYS},
    ),
    *(
        Row(
            task_run(reference, name),
            {"quay.io/a/out:1": STAYS, "quay.io/a/in:1": MOVED},
        )
        for reference, name in (
            ("{name: buildah}", "IMAGE"),
            ("{name: kaniko-chains}", "IMAGE"),
            ("{name: buildpacks}", "APP_IMAGE"),
            ("{resolver: hub, params: [{name: kind, value: task}, {name: name, value: jib-maven}]}", "IMAGE"),
        )
    ),
    Row(
        api(
            "tekton.dev/v1",
            "Pipeline",
            "{tasks: [{taskRef: {name: skopeo-copy}, params: [{name: destImageURL, value: 'docker://quay.io/a/out:1'}]}]}",
        ),
        {"quay.io/a/out:1": STAYS},
    ),
    Row(
        api("tekton.dev/v1", "TaskRun", "{taskRef: {name: lint}, params: [{name: IMAGE, value: 'quay.io/a/in:1'}]}"),
        {"quay.io/a/in:1": MOVED},
    ),
]
BUILD_TOOLS = [
    build(
        "command: [buildctl-daemonless.sh], args: [build, --output, 'type=image,name=quay.io/a/out:1,push=true']",
        "quay.io/a/out:1",
    ),
    build("command: [/kaniko/executor, --context, ., -d, 'quay.io/a/out:1']", "quay.io/a/out:1"),
    build("command: [docker, buildx, build, --push, -t, 'quay.io/a/out:1', .]", "quay.io/a/out:1"),
    build("command: [nerdctl, image, push, 'quay.io/a/out:1']", "quay.io/a/out:1"),
    Row(
        api("v1", "Pod", "{containers: [{image: 'docker:24', args: [build, -t, 'quay.io/a/out:1', .]}]}"),
        {"docker:24": MOVED, "quay.io/a/out:1": STAYS},
    ),
    Row(
        api("v1", "Pod", "{containers: [{image: quay.io/podman/stable, args: [push, 'quay.io/a/out:1']}]}"),
        {"quay.io/podman/stable": MOVED, "quay.io/a/out:1": STAYS},
    ),
    Row(
        api("v1", "Pod", "{containers: [{image: 'docker:24', args: [run, 'quay.io/a/in:1']}]}"),
        {"docker:24": MOVED, "quay.io/a/in:1": MOVED},
    ),
    build("command: [sh, -c, 'podman manifest push x docker://quay.io/a/out:1']", "quay.io/a/out:1"),
    build(
        "command: [mvn, 'com.google.cloud.tools:jib-maven-plugin:3.4.0:build', -Dimage=quay.io/a/out:1]",
        "quay.io/a/out:1",
    ),
    build("command: [sh, -c, './gradlew jib --image=quay.io/a/out:1']", "quay.io/a/out:1"),
    build(
        "command: [sh, -c, 'docker buildx imagetools create -t quay.io/a/out:1 quay.io/a/x:1']",
        "quay.io/a/out:1",
        "quay.io/a/x:1",
    ),
    Row(
        container("command: [pack, build, 'quay.io/a/out:1', --builder, 'quay.io/a/in:1']"),
        {"alpine": MOVED, "quay.io/a/out:1": STAYS, "quay.io/a/in:1": MOVED},
    ),
    Row(
        container("command: [mvn, 'jib:build', -Djib.from.image=quay.io/a/in:1]"),
        {"alpine": MOVED, "quay.io/a/in:1": MOVED},
    ),
    Row(
        container("command: [sh, -c, 'docker push quay.io/a/out:1 && docker run quay.io/a/in:1']"),
        {"alpine": MOVED, "quay.io/a/out:1": STAYS, "quay.io/a/in:1": MOVED},
    ),
]
BUILT_UPON = [
    Row(text, becomes)
    for text, becomes in (
        (
            container("args: ['--destination=quay.io/a/b:1', '--build-arg=BASE=quay.io/a/c:1']").replace(
                "image: alpine", "image: 'gcr.io/kaniko-project/executor:v1'"
            ),
            {"gcr.io/kaniko-project/executor:v1": MOVED, "quay.io/a/b:1": STAYS, "quay.io/a/c:1": MOVED},
        ),
        (
            container("args: [bud, --build-arg, 'BASE_IMAGE=python:3.12', -t, 'quay.io/a/b:1']").replace(
                "image: alpine", "image: 'quay.io/buildah/stable:v1'"
            ),
            {"quay.io/buildah/stable:v1": MOVED, "python:3.12": MOVED, "quay.io/a/b:1": STAYS},
        ),
        (
            config("docker build --build-arg BASE=quay.io/a/c:1 -t quay.io/a/b:1 .\n", "build.sh"),
            {"quay.io/a/c:1": MOVED, "quay.io/a/b:1": STAYS},
        ),
        (
            config("buildah bud --build-arg=BASE_IMAGE=python:3.12 -t quay.io/a/b:1 .\n", "build.sh"),
            {"python:3.12": MOVED, "quay.io/a/b:1": STAYS},
        ),
        (
            container("command: [sh, -c, 'buildah push quay.io/a/b:1 && podman pull quay.io/a/c:1']").replace(
                "image: alpine", "image: 'quay.io/buildah/stable:v1'"
            ),
            {"quay.io/buildah/stable:v1": MOVED, "quay.io/a/b:1": STAYS, "quay.io/a/c:1": MOVED},
        ),
        (
            container("args: ['--build-arg', 'VERSION=1.2', '-d=quay.io/a/b:1']").replace(
                "image: alpine", "image: 'gcr.io/kaniko-project/executor:v1'"
            ),
            {"gcr.io/kaniko-project/executor:v1": MOVED, "quay.io/a/b:1": STAYS},
        ),
    )
]
EQUALS = "object.spec.containers.all(c, c.image == 'quay.io/a/b:1')"
CONDITIONS = [
    Row(api(version, kind, spec), {"quay.io/a/b:1": STAYS})
    for version, kind, spec in (
        (
            "kyverno.io/v1",
            "ClusterPolicy",
            "{rules: [{mutate: {patchStrategicMerge: {spec: {containers: [{(image): 'quay.io/a/b:1'}]}}}}]}",
        ),
        ("kyverno.io/v2", "CleanupPolicy", "{conditions: {any: [{key: x, value: ['quay.io/a/b:1']}]}}"),
        ("policies.kyverno.io/v1", "ValidatingPolicy", f'{{validations: [{{expression: "{EQUALS}"}}]}}'),
        ("policies.kyverno.io/v1", "MutatingPolicy", f'{{matchConditions: [{{expression: "{EQUALS}"}}]}}'),
        ("templates.gatekeeper.sh/v1", "ConstraintTemplate", "{targets: [{rego: 'allowed := \"quay.io/a/b:1\"'}]}"),
        ("policies.kubewarden.io/v1", "AdmissionPolicy", "{settings: {allowed: ['quay.io/a/b:1']}}"),
        ("policy.jspolicy.com/v1beta1", "JsPolicy", "{javascript: 'if (image == \"quay.io/a/b:1\") deny()'}"),
        (
            "neuvector.com/v1",
            "NvAdmissionControlSecurityRule",
            "{rules: [{criteria: [{name: image, value: 'quay.io/a/b:1'}]}]}",
        ),
        (
            "admissionregistration.k8s.io/v1",
            "ValidatingAdmissionPolicy",
            f'{{validations: [{{expression: "{EQUALS}"}}]}}',
        ),
    )
] + [
    Row(config("customRules:\n- schema: {properties: {image: {enum: ['quay.io/a/b:1']}}}\n"), {}),  # Datree
]
MUTATIONS = [
    Row(api(version, kind, spec), {"quay.io/a/b:1": MOVED})
    for version, kind, spec in (
        (
            "admissionregistration.k8s.io/v1",
            "MutatingAdmissionPolicy",
            "{mutations: [{jsonPatch: {expression: \"[JSONPatch{value: {'image': 'quay.io/a/b:1'}}]\"}}]}",
        ),
        (
            "policies.kyverno.io/v1",
            "NamespacedMutatingPolicy",
            "{mutations: [{jsonPatch: {expression: \"{'image': 'quay.io/a/b:1'}\"}}]}",
        ),
        ("policies.kyverno.io/v1", "GeneratingPolicy", "{generate: [{expression: \"{'image': 'quay.io/a/b:1'}\"}]}"),
        (
            "kyverno.io/v1",
            "ClusterPolicy",
            '{rules: [{mutate: {patchesJson6902: \'[{"value": {"image": "quay.io/a/b:1"}}]\'}}]}',
        ),
        (
            "kyverno.io/v1",
            "ClusterPolicy",
            "{rules: [{mutate: {patchStrategicMerge: {spec: {containers: [{+(image): 'quay.io/a/b:1'}]}}}}]}",
        ),
        ("kyverno.io/v1", "Policy", "{rules: [{generate: {data: {spec: {containers: [{image: 'quay.io/a/b:1'}]}}}}]}"),
        ("mutations.gatekeeper.sh/v1", "Assign", "{parameters: {assign: {value: 'quay.io/a/b:1'}}}"),
    )
]
OVERRIDES = [
    Row(
        api("argoproj.io/v1alpha1", "Application", "{source: {kustomize: {images: ['quay.io/a/b:1']}}}"),
        {"quay.io/a/b:1": MOVED},
    ),
    Row(
        api("argoproj.io/v1alpha1", "Application", "{sources: [{kustomize: {images: ['nginx=quay.io/a/b:1']}}]}"),
        {"quay.io/a/b:1": MOVED},
    ),
    Row(
        api("kustomize.toolkit.fluxcd.io/v1", "Kustomization", "{images: [{name: quay.io/a/b, newTag: '1'}]}"),
        {"quay.io/a/b": STAYS},
    ),
    Row(
        api("kustomize.toolkit.fluxcd.io/v1", "Kustomization", "{images: [{name: nginx, newName: quay.io/a/b}]}"),
        {"nginx": STAYS, "quay.io/a/b": MOVED},
    ),
    Row(
        api("kustomize.toolkit.fluxcd.io/v1", "Kustomization", "{images: [{newName: quay.io/a/b, name: nginx}]}"),
        {"nginx": STAYS, "quay.io/a/b": MOVED},
    ),
    Row(
        api(
            "helm.toolkit.fluxcd.io/v2",
            "HelmRelease",
            "{postRenderers: [{kustomize: {images: [{name: nginx, digest: x}]}}]}",
        ),
        {"nginx": STAYS},
    ),
    Row(
        kustomization("Component", "{name: quay.io/a/b, newName: quay.io/a/c}"),
        {"quay.io/a/b": STAYS, "quay.io/a/c": MOVED},
    ),
]
LABELS = [
    Row(api(version, kind, spec), {"quay.io/a/b:1": MOVED})
    for version, kind, spec in (
        (
            "operators.coreos.com/v1alpha1",
            "ClusterServiceVersion",
            "{relatedImages: [{name: nginx, image: 'quay.io/a/b:1'}]}",
        ),
        (
            "operators.coreos.com/v1alpha1",
            "ClusterServiceVersion",
            "{relatedImages: [{name: quay.io/a/c, image: 'quay.io/a/b:1'}]}",
        ),
        ("awx.ansible.com/v1beta1", "AWX", "{ee_images: [{name: 'acme/ee:1', image: 'quay.io/a/b:1'}]}"),
        ("awx.ansible.com/v1beta1", "AWX", "{control_plane_ee_images: [{name: control, image: 'quay.io/a/b:1'}]}"),
        ("acme.io/v1", "Widget", "{extraImages: [{name: redis, image: 'quay.io/a/b:1'}]}"),
    )
]
TEMPLATES = [
    Row(config(text), becomes)
    for text, becomes in (
        ("containers:\n- image: 'quay.io/a/b:{{ .Values.tag }}'\n", {"quay.io/a/b": MOVED}),
        ("containers:\n- image: quay.io/a/b@{{ .digest }}\n", {"quay.io/a/b": MOVED}),
        ("spec:\n  initContainers:\n  - {name: a, image: 'quay.io/a/b:$(TAG)-alpine'}\n", {"quay.io/a/b": MOVED}),
        ("containers: [{image: 'quay.io/a/{{ .name }}:1'}]\n", {"quay.io/a/{{ .name }}:1": LEFT}),
        ("containers:\n- image: quay.io/a/b-{{ .arch }}:1\n", {"quay.io/a/b-{{ .arch }}:1": LEFT}),
        ("containers:\n- image: '{{ .Values.image }}'\n", {}),
        ('{"containers": [{"image": "quay.io/a/b:${TAG}"}]}\n', {"quay.io/a/b": MOVED}),
    )
]
OTHER_TEXTS = [
    Row(config(text), becomes)
    for text, becomes in (
        ("spark.kubernetes.container.image    apache/spark:3.5\nspark.x y\n", {"apache/spark:3.5": MOVED}),
        ("spark.kubernetes.driver.container.image quay.io/a/b:1\n", {"quay.io/a/b:1": MOVED}),
        ("pipeline { agent { docker { image 'maven:3.9' } } }\n", {"maven:3.9": MOVED}),
        ('node { docker.image("acme/a:1").inside { sh "make" } }\n', {"acme/a:1": MOVED}),
        ("node { docker.image('acme/a:1').push() }\n", {}),
        ("a text about the logo.image and others\n", {}),
    )
]
FALLBACKS = [
    Row(config(text), becomes)
    for text, becomes in (
        ('image: {{ default "acme/a:1" .x }}\n{{ end }}\n', {"acme/a:1": MOVED}),
        ("image: {{ .x | default `quay.io/a/b:1` }}\n{{ end }}\n", {"quay.io/a/b:1": MOVED}),
        ("image: '{{ or .x \"acme/a:1\" }}'\n", {"acme/a:1": MOVED}),
        ("image: \"{{ image | default('acme/a:1') }}\"\n{% endif %}\n", {"acme/a:1": MOVED}),
        ('containers:\n- image: {{ default "busybox:1.36" .x }}\n', {"busybox:1.36": MOVED}),
        ("containers: [{name: a, image: '{{ .x | default `acme/a:1` }}'}]\n", {"acme/a:1": MOVED}),
        ('sidecarImage: \'{{ ternary "acme/a:1" "acme/b:2" .x }}\'\n', {"acme/a:1": MOVED, "acme/b:2": MOVED}),
        ('image: {{ index .Values "acme/a" }}\n{{ end }}\n', {}),
        ('image: {{ annotation .ObjectMeta "acme.io/image" .x }}\n{{ end }}\n', {}),
        ('title: {{ default "acme/a:1" .x }}\n{{ end }}\n', {}),
    )
]
ARTIFACTS = [
    Row(api(version, kind, spec), becomes)
    for version, kind, spec, becomes in (
        ("source.toolkit.fluxcd.io/v1", "OCIRepository", "{url: 'oci://ghcr.io/a/b'}", {"ghcr.io/a/b": LEFT}),
        ("source.toolkit.fluxcd.io/v1", "HelmRepository", "{type: oci, url: 'oci://ghcr.io/a'}", {"ghcr.io/a": LEFT}),
        (
            "policies.kubewarden.io/v1",
            "AdmissionPolicy",
            "{module: 'registry://ghcr.io/a/b:v1'}",
            {"ghcr.io/a/b:v1": LEFT},
        ),
        (
            "security-profiles-operator.x-k8s.io/v1beta1",
            "SeccompProfile",
            "{baseProfileName: 'oci://ghcr.io/a/b:v1'}",
            {"ghcr.io/a/b:v1": LEFT},
        ),
        ("helm.cattle.io/v1", "HelmChart", "{chart: 'oci://quay.io/a/b'}", {"quay.io/a/b": LEFT}),
        ("extensions.istio.io/v1alpha1", "WasmPlugin", "{url: 'oci://quay.io/a/b:1'}", {"quay.io/a/b:1": MOVED}),
        ("extensions.istio.io/v1alpha1", "WasmPlugin", "{url: 'https://quay.io/a/b.wasm'}", {}),
        (
            "serving.kserve.io/v1beta1",
            "InferenceService",
            "{predictor: {model: {storageUri: 'oci://quay.io/a/b:1'}}}",
            {"quay.io/a/b:1": MOVED},
        ),
        (
            "serving.kserve.io/v1beta1",
            "InferenceService",
            "{predictor: {model: {storageUri: 's3://a/b'}}}",
            {},
        ),
        ("acme.io/v1", "Widget", "{source: 'oci://registry.spacetech.com:8083/appcircle/a/b:1'}", {}),
        ("acme.io/v1", "Widget", "{source: 'oci://localhost:5000/a/b:1'}", {"localhost:5000/a/b:1": STAYS}),
    )
]
TAGS_BY_VARIABLE = [
    Row(text, becomes)
    for text, becomes in (
        (api("v1", "Pod", "{containers: [{image: 'quay.io/a/b:$(TAG)'}]}"), {"quay.io/a/b": MOVED}),
        (api("v1", "Pod", "{initContainers: [{image: 'nginx:${TAG}'}]}"), {"nginx": MOVED}),
        (api("tekton.dev/v1", "Task", "{steps: [{image: 'golang:$(params.v)-alpine'}]}"), {"golang": MOVED}),
        (
            api(
                "argoproj.io/v1alpha1",
                "Workflow",
                "{templates: [{container: {image: 'quay.io/a/b:{{inputs.parameters.v}}'}}]}",
            ),
            {"quay.io/a/b": MOVED},
        ),
        (api("v1", "Pod", "{containers: [{image: 'quay.io/a/$(NAME):1'}]}"), {"quay.io/a/$(NAME):1": LEFT}),
    )
]
IN_FRONT = (
    [
        Row(text, {"docker.elastic.co": LEFT, **dict.fromkeys(["alpine"] * ("alpine" in text), MOVED)})
        for text in (
            config("container-registry: docker.elastic.co\nmetrics-port: 0\n", "eck.yaml"),
            config("containerRegistry: docker.elastic.co\n"),
            config("container-registry: docker.elastic.co\ncontainer-repository: eck\n", "eck.yaml"),
            config("defaults:\n  imageRegistry: docker.elastic.co/\n"),
            api("acme.io/v1", "Widget", "{imageRegistry: docker.elastic.co}"),
            container("env: [{name: CONTAINER_REGISTRY, value: docker.elastic.co}]"),
            container("args: [--container-registry=docker.elastic.co]"),
        )
    ]
    + [
        Row(container("env: [{name: VM_CONTAINERREGISTRY, value: docker.io}]"), {"docker.io": LEFT, "alpine": MOVED}),
        Row(
            api("mutations.gatekeeper.sh/v1alpha1", "AssignImage", "{parameters: {assignDomain: docker.io}}"),
            {"docker.io": LEFT},
        ),
        Row(config("container-registry: registry.spacetech.com:8083/appcircle\n"), {}),
        Row(config("registry: docker.elastic.co\n"), {}),
        Row(config("container-registry: acme\n"), {}),
    ]
    + [
        Row(text, {**becomes, **dict.fromkeys(["alpine"] * ("alpine" in text), MOVED)})
        for becomes, texts in (
            (
                {"quay.io/acme": MOVED},  # with a path, and a name that speaks of images
                (
                    api("acme.io/v1", "Widget", "{imageRegistry: quay.io/acme}"),
                    api("acme.io/v1", "Widget", "{customImageRegistry: quay.io/acme, version: '1'}"),
                    api("acme.io/v1", "Widget", "{imagePrefix: quay.io/acme/}"),
                    api("acme.io/v1", "Widget", "{image_registry_url: quay.io/acme}"),
                    api("acme.io/v1", "Widget", "{image: {registry: quay.io/acme}}"),
                    api("acme.io/v1", "Widget", "{values: {global: {hub: quay.io/acme}}}"),
                    container("env: [{name: IMAGE_REGISTRY, value: quay.io/acme}]"),
                    config("global:\n  imageRegistry: quay.io/acme\n"),
                    config("export IMAGE_REGISTRY=quay.io/acme\n", "env.sh"),
                ),
            ),
            (
                {},  # may be where a build goes
                (
                    api("acme.io/v1", "Widget", "{registry: quay.io/acme}"),
                    api("acme.io/v1", "Widget", "{build: {registryUrl: quay.io/acme}}"),
                    container("env: [{name: DOCKER_REGISTRY, value: quay.io/acme}]"),
                    config("REGISTRY=quay.io/acme\n", "env.sh"),
                ),
            ),
        )
        for text in texts
    ]
)
BEHIND = [
    Row(api("acme.io/v1", "Widget", spec), becomes)
    for spec, becomes in (
        # No registry serves one word, so that it is a name behind the registry.
        ("{imageHub: docker.io/acme, web: {image: 'core:1'}}", {"docker.io/acme": MOVED, "core:1": STAYS}),
        ("{containerRegistry: quay.io, web: {image: 'core:1'}}", {"quay.io": MOVED, "core:1": STAYS}),
        ("{registry: quay.io/acme, image: 'core:1'}", {"quay.io/acme/core:1": MOVED}),
        ("{imageRegistry: quay.io, image: 'core:1'}", {"quay.io/core:1": MOVED}),
        # What some registry serves may be an image of its own, and so may one word beside the registry's mapping.
        ("{imageHub: docker.io/acme, web: {image: 'a/core:1'}}", {"docker.io/acme": MOVED, "a/core:1": MOVED}),
        ("{imageHub: docker.io/acme, web: {image: 'nginx:1'}}", {"docker.io/acme": MOVED, "nginx:1": MOVED}),
        ("{web: {image: 'core:1'}}", {"core:1": MOVED}),
        ("{api: {imageHub: docker.io/acme}, web: {image: 'core:1'}}", {"docker.io/acme": MOVED, "core:1": MOVED}),
    )
]
ADDRESSES = [
    Row(api("acme.io/v1", "Widget", text), becomes)
    for text, becomes in (
        ("{registryUrl: quay.io, repository: acme/b, tag: '1'}", {"quay.io/acme/b:1": MOVED}),
        ("{imageRegistryUrl: 'https://quay.io', other: a}", {}),
        ("{repositoryUrl: 'https://charts.acme.io/b', image: 'acme/b:1'}", {"acme/b:1": MOVED}),
        ("{env: [{name: B_REPO_URL, value: quay.io/acme}, {name: B_IMAGE, value: b}]}", {"quay.io/acme/b": MOVED}),
        ("{gitRepoUrl: quay.io/acme/b}", {"quay.io/acme/b": STAYS}),
        ("{schemaRegistryUrl: quay.io/acme}", {"quay.io/acme": STAYS}),
    )
]
SETTINGS = [
    Row(f"apiVersion: {version}\nkind: Setting\nmetadata: {{name: {name}}}\n{fields}\n", becomes)
    for version, name, fields, becomes in (
        ("management.cattle.io/v3", "shell-image", "value: rancher/shell:v1", {"rancher/shell:v1": MOVED}),
        ("management.cattle.io/v3", "server-image", "value: rancher/rancher", {"rancher/rancher": MOVED}),
        (
            "management.cattle.io/v3",
            "shell-image",
            "default: rancher/shell:v1\nvalue: ''",
            {"rancher/shell:v1": MOVED},
        ),
        ("longhorn.io/v1beta2", "support-bundle-manager-image", "value: acme/b:1", {"acme/b:1": MOVED}),
        ("management.cattle.io/v3", "system-default-registry", "value: quay.io/acme", {}),
        ("management.cattle.io/v3", "server-url", "value: 'https://quay.io/acme'", {}),
        ("management.cattle.io/v3", "ui-path", "value: rancher/ui:v1", {}),
    )
]
PATCHES = [
    Row(text, becomes)
    for text, becomes in (
        (
            api(
                "cluster.x-k8s.io/v1beta1",
                "ClusterClass",
                "{patches: [{op: add, path: /spec/clusterConfiguration/imageRepository, value: registry.k8s.io/a}]}",
            ),
            {"registry.k8s.io/a": MOVED},
        ),
        (
            api(
                "kustomize.toolkit.fluxcd.io/v1",
                "Kustomization",
                "{patches: [{patch: '[{op: replace, path: /spec/containers/0/image, value: acme/b}]'}]}",
            ),
            {"acme/b": MOVED},
        ),
        (
            api(
                "kuma.io/v1alpha1",
                "ContainerPatch",
                "{sidecarPatch: [{op: add, path: /image, value: '\"acme/b:1\"'}]}",
            ),
            {"acme/b:1": MOVED},
        ),
        (config('[{"op": "replace", "path": "/spec/image", "value": "acme/b:1"}]\n'), {"acme/b:1": MOVED}),
        (config("- {op: test, path: /spec/image, value: acme/b:1}\n"), {}),
        (config("- {op: replace, path: /spec/image/tag, value: acme/b:1}\n"), {}),
        (config("- {op: remove, path: /spec/image, value: {}}\n"), {}),
    )
]
COMPARED = [
    Row(text, becomes)
    for text, becomes in (
        (config('[runners.docker]\nallowed_images = ["quay.io/acme/b:1"]\n'), {"quay.io/acme/b:1": STAYS}),
        (
            config("allowed_images: [quay.io/acme/b:1]\nimage: acme/c:1\n"),
            {"quay.io/acme/b:1": STAYS, "acme/c:1": MOVED},
        ),
        (api("acme.io/v1", "Widget", "{excludedImages: [quay.io/acme/b:1]}"), {"quay.io/acme/b:1": STAYS}),
        (
            api("neuvector.com/v1", "NvSecurityRule", "{criteria: [{key: image, op: '=', value: 'quay.io/acme/b:1'}]}"),
            {"quay.io/acme/b:1": STAYS},
        ),
        (api("acme.io/v1", "Widget", "{imageDenylist: quay.io/acme/b:1}"), {"quay.io/acme/b:1": STAYS}),
        (container("env: [{name: IGNORED_IMAGES, value: 'acme/b:1,acme/c:1'}]"), {"alpine": MOVED}),
    )
]
LISTS = [
    Row(config(text), {"quay.io/acme/b:1": MOVED, "acme/c:2": MOVED})
    for text in (
        '[agent]\nimages = ["quay.io/acme/b:1", "acme/c:2"]\n',
        "[agent]\nextra_images = [\n  'quay.io/acme/b:1',\n  'acme/c:2',\n]\n",
        'config {\n  images = ["quay.io/acme/b:1", "acme/c:2"]\n}\n',
        "{{ if .x }}\nimages: [quay.io/acme/b:1, acme/c:2]\n{{ end }}\n",
    )
] + [
    Row(config('[agent]\nports = ["acme/c:2"]\n'), {}),
]
CONTAINERS = [
    Row(text, becomes)
    for text, becomes in (
        (
            config("jobs: {a: {container: 'node:18'}, b: {container: {image: acme/c:1}}}\n"),
            {"node:18": MOVED, "acme/c:1": MOVED},
        ),
        (container("env: [{name: JOB_CONTAINER, value: 'acme/b:1'}]"), {"alpine": MOVED, "acme/b:1": MOVED}),
        (
            api("acme.io/v1", "Widget", "{image: 'acme/c:1', nfsContainer: 'acme/b:1'}"),
            {"acme/b:1": MOVED, "acme/c:1": MOVED},
        ),
        (api("acme.io/v1", "Widget", "{image: 'acme/c:1', container: main}"), {"acme/c:1": MOVED}),
        (config("message: the container: acme/b:1 is down\nimage: acme/c:1\n"), {"acme/c:1": MOVED}),
        (config("container: backups/daily\nimage: acme/c:1\n"), {"acme/c:1": MOVED}),
        (config("container: 'redis:6379'\nimage: acme/c:1\n"), {"acme/c:1": MOVED}),
    )
]
JOBS = [
    Row(config(text, ".gitlab-ci.yml"), becomes)
    for text, becomes in (
        ("image: ruby:3.2\nservices: [postgres:15]\n", {"ruby:3.2": MOVED, "postgres:15": MOVED}),
        (
            "test:\n  services: ['docker:dind', quay.io/acme/b:1]\n  script: [make]\n",
            {"docker:dind": MOVED, "quay.io/acme/b:1": MOVED},
        ),
        (
            "test:\n  services: [{name: 'redis:7', alias: cache}]\n  image: acme/b:1\n",
            {"redis:7": MOVED, "acme/b:1": MOVED},
        ),
        ("image: ruby:3.2\nservices: ['redis:6379']\n", {"ruby:3.2": MOVED}),
        ("services: ['redis:7', acme/b:1]\nroutes: []\n", {}),
        ("services: [{name: 'redis:7', port: 1}]\nhost: example.com/a\n", {}),
    )
]
ENCODED = [
    Row(f"apiVersion: v1\nkind: Secret\ndata: {{{data}}}\n", becomes)
    for data, becomes in (
        ("APP_IMAGE: cXVheS5pby9hL2I6MQ==", {"quay.io/a/b:1": MOVED}),
        ("sidecarImage: YnVzeWJveDox", {"busybox:1": MOVED}),
        ("X_IMAGE_REPOSITORY: YWNtZS9i, X_IMAGE_TAG: MQ==", {"acme/b:1": MOVED}),
        ("X_IMAGE_REGISTRY: cXVheS5pbw==, X_IMAGE_NAME: YWNtZS9i, X_IMAGE_TAG: MQ==", {"quay.io/acme/b:1": MOVED}),
        ("config: aW1hZ2U6IHF1YXkuaW8vYS9iOjEK", {"quay.io/a/b:1": MOVED}),
        ("password: cXVheQ==", {}),
    )
]
MALFORMED = [
    Row(api("acme.io/v1", "Widget", spec), {reference: LEFT})
    for spec, reference in (
        ("{image: 'quay.io/acme/APP:1'}", "quay.io/acme/APP:1"),
        ("{image: 'acme/App:1'}", "acme/App:1"),
        ("{initImage: 'quay.io/a/b:1:2'}", "quay.io/a/b:1:2"),
        ("{sidecarImage: 'ghcr.io/a/b@sha256:12'}", "ghcr.io/a/b@sha256:12"),
        ("{image: {repository: quay.io/Acme/b, tag: '1'}}", "quay.io/Acme/b"),
        ("{env: [{name: X_IMAGE, value: 'docker.io//a/b:1'}]}", "docker.io//a/b:1"),
        ("{args: ['--image=quay.io/A/b:1']}", "quay.io/A/b:1"),
    )
]
IMAGE_REPOSITORIES = [
    Row(api("acme.io/v1", "Widget", spec), becomes)
    for spec, becomes in (
        ("{api: {dockerRepository: quay.io/a/b}}", {"quay.io/a/b": MOVED}),
        ("{proxy: {proxyDockerRepository: gcr.io/a/b}}", {"gcr.io/a/b": MOVED}),
        ("{docker_repo: quay.io/a/b}", {"quay.io/a/b": MOVED}),
        ("{dockerRepository: a/b}", {}),
        ("{repository: quay.io/a/b}", {}),
        ("{dockerRepository: github.com/a/b}", {}),
    )
]
PARTS = [
    Row(text, {"quay.io/acme/b:1": MOVED})
    for text in (
        api(
            "acme.io/v1",
            "Widget",
            "{env: [{name: A_REGISTRY, value: quay.io}, {name: A_NAME, value: acme/b}, {name: A_TAG, value: '1'}]}",
        ),
        api("acme.io/v1", "Widget", "{args: [--image-registry=quay.io, --image-name=acme/b, --image-tag=1]}"),
        api("acme.io/v1", "Widget", "{args: [--a-registry, quay.io, --a-image, acme/b, --a-version, '1']}"),
        api("acme.io/v1", "Widget", "{main: {registry: quay.io, name: acme/b, tag: '1'}}"),
        config("A_REGISTRY=quay.io\nA_NAME=acme/b\nA_TAG=1\n", "env.sh"),
        config("A_REGISTRY=quay.io/acme\nA_NAME=b\nA_TAG=1\n", "env.sh"),
    )
] + [
    Row(config("helm --registry=quay.io --name=demo --version=1\n", "env.sh"), {}),
    Row(api("acme.io/v1", "Widget", "{main: {registry: example.com, name: acme/b, tag: '1'}}"), {}),
]
SIBLINGS = [
    Row(config(text, key), becomes)
    for key, text, becomes in (
        (
            "a.yml",
            "steps:\n- uses: docker://node:20\n- uses: docker://quay.io/a/b:1\n",
            {"node:20": MOVED, "quay.io/a/b:1": MOVED},
        ),
        ("b.yml", "image: docker://alpine:3\n", {"alpine:3": MOVED}),
        (
            "Dockerfile",
            "FROM golang AS x\nFROM quay.io/a/b:1\nCOPY --from=x /x /x\n",
            {"golang": MOVED, "quay.io/a/b:1": MOVED},
        ),
        (
            "Dockerfile",
            "FROM --platform=linux/amd64 gcr.io/distroless/static\nCOPY x /\n",
            {"gcr.io/distroless/static": MOVED},
        ),
        ("Dockerfile", "FROM scratch\nCOPY --from=busybox:1 /x /x\n", {"busybox:1": MOVED}),
        ("Dockerfile", "FROM golang:1.22\n", {"golang:1.22": MOVED}),
        ("query.sql", "SELECT name\nFROM golang\n", {}),
    )
]
PROFILES = [
    Row(annotated(annotation, "acme/x:1"), {"acme/x:1": MOVED})
    for annotation in (
        "container.apparmor.security.beta.kubernetes.io/image: runtime/default",
        "container.apparmor.security.beta.kubernetes.io/pull-image: localhost/k8s-apparmor",
        "container.seccomp.security.alpha.kubernetes.io/image: docker/default",
        "container.seccomp.security.alpha.kubernetes.io/my-image: runtime/default",
        "container.apparmor.security.beta.kubernetes.io/repository: localhost/a",
    )
]
MACHINES = (
    [
        Row(api(version, kind, spec), {})
        for version, kind, spec in (
            (
                "infrastructure.cluster.x-k8s.io/v1beta1",
                "OpenStackMachineTemplate",
                "{template: {spec: {image: {filter: {name: ubuntu-2204}}}}}",
            ),
            (
                "infrastructure.cluster.x-k8s.io/v1beta1",
                "GCPMachineTemplate",
                "{template: {spec: {image: projects/acme/global/images/ubuntu}}}",
            ),
            (
                "infrastructure.cluster.x-k8s.io/v1beta1",
                "Metal3MachineTemplate",
                "{template: {spec: {image: {url: 'https://a.com/x/FLATCAR.img'}}}}",
            ),
            ("karpenter.k8s.aws/v1", "EC2NodeClass", "{amiSelectorTerms: [{alias: bottlerocket@v1.20.3}]}"),
            (
                "broker.amq.io/v1beta1",
                "ActiveMQArtemis",
                "{deploymentPlan: {image: placeholder, initImage: placeholder}}",
            ),
        )
    ]
    + [
        Row(api(version, kind, spec), {image: STAYS})
        for version, kind, spec, image in (
            ("kops.k8s.io/v1alpha2", "InstanceGroup", "{image: 0123/a/images/ubuntu-22}", "0123/a/images/ubuntu-22"),
            ("kops.k8s.io/v1alpha2", "InstanceGroup", "{image: a.io/debian-12}", "a.io/debian-12"),
            (
                "infrastructure.cluster.x-k8s.io/v1beta1",
                "GCPMachineTemplate",
                "{template: {spec: {image: a-cloud/ubuntu-22}}}",
                "a-cloud/ubuntu-22",
            ),
            (
                "infrastructure.cluster.x-k8s.io/v1alpha2",
                "LinodeMachineTemplate",
                "{template: {spec: {image: a/ubuntu22.04}}}",
                "a/ubuntu22.04",
            ),
            (
                "cluster.k8s.io/v1alpha1",
                "MachineDeployment",
                "{template: {spec: {providerSpec: {value: {cloudProviderSpec: {image: a/ubuntu22.04}}}}}}",
                "a/ubuntu22.04",
            ),
            (
                "compute.gcp.upbound.io/v1beta1",
                "Instance",
                "{forProvider: {bootDisk: [{initializeParams: [{image: a-cloud/debian-12}]}]}}",
                "a-cloud/debian-12",
            ),
            (
                "core.gardener.cloud/v1beta1",
                "Shoot",
                "{provider: {workers: [{machine: {image: {name: a/linux, version: 1.2.3}}}]}}",
                "a/linux:1.2.3",
            ),
            ("ollama.ayaka.io/v1", "Model", "{image: 'phi3:mini'}", "phi3:mini"),
        )
    ]
    + [
        Row(
            "apiVersion: rke-machine-config.cattle.io/v1\nkind: HarvesterConfig\nimageName: a/image-1\n"
            'diskInfo: \'{"disks":[{"imageName":"a/image-2"}]}\'\n',
            {"a/image-1": STAYS, "a/image-2": STAYS},
        ),
        Row(
            api(
                "infrastructure.cluster.x-k8s.io/v1beta1",
                "DockerMachineTemplate",
                "{template: {spec: {customImage: 'kindest/node:v1.29.2'}}}",
            ),
            {"kindest/node:v1.29.2": MOVED},
        ),
    ]
)
IMAGE_VECTORS = [
    Row(config(text), becomes)
    for text, becomes in (
        (
            "images: [{name: etcd, sourceRepository: github.com/a/etcd, repository: quay.io/a/etcd, tag: v1}]",
            {"quay.io/a/etcd:v1": MOVED},
        ),
        ("images: [{name: etcd, repository: quay.io/a/b, tag: v1}]", {"quay.io/a/b:v1": MOVED}),
        ("images: [{name: etcd, repository: quay.io/a/b, version: '1'}]", {"quay.io/a/b:1": MOVED}),
        ("images: [{registry: quay.io, name: a/b, tag: v1}]", {"quay.io/a/b:v1": MOVED}),
        ("image: {name: a, repository: quay.io/b, tag: v1}", {"quay.io/b/a:v1": MOVED}),
        ("image: {sourceImageRepo: quay.io/a, sourceImage: 'quay.io/a/b:1'}", {"quay.io/a/b:1": MOVED}),
    )
]
MACHINE_FILES = [
    Row(text, becomes)
    for text, becomes in (
        (
            api("cdi.kubevirt.io/v1beta1", "DataVolume", "{source: {registry: {url: 'docker://quay.io/a/b:1'}}}"),
            {"quay.io/a/b:1": MOVED},
        ),
        (
            api(
                "kubevirt.io/v1",
                "VirtualMachine",
                "{template: {spec: {volumes: [{containerDisk: {image: 'quay.io/a/b:1'}}]}}}",
            ),
            {"quay.io/a/b:1": MOVED},
        ),
        (
            api("cluster.x-k8s.io/v1", "X", "{files: [{content: 'sandbox_image = \"quay.io/a/b:1\"'}]}"),
            {"quay.io/a/b:1": MOVED},
        ),
        (
            api("cluster.x-k8s.io/v1", "X", "{preKubeadmCommands: ['crictl pull quay.io/a/b:1']}"),
            {"quay.io/a/b:1": MOVED},
        ),
        (
            api(
                "cluster.x-k8s.io/v1",
                "X",
                '{files: [{content: \'[plugins."io.containerd.grpc.v1.cri".registry.mirrors."docker.io"]\'}]}',
            ),
            {},
        ),
    )
]
REFERENCES = [
    Row(api("v1", "Pod", f"{{containers: [{{image: {written}}}]}}"), {reference: MOVED})
    for written, reference in (
        ("registry-1.docker.io/library/nginx", "registry-1.docker.io/library/nginx"),
        ('"[2001:db8::2]/a/b:1"', "[2001:db8::2]/a/b:1"),
        ("GHCR.IO/a/b:V1_x", "GHCR.IO/a/b:V1_x"),
        (f"quay.io/a/b:1@{DIGEST}", f"quay.io/a/b:1@{DIGEST}"),
        ("&a a.b/c__d/e-f:1", "a.b/c__d/e-f:1"),
        ('"\\x71uay.io/a/b"', "quay.io/a/b"),
    )
]
OWN_REGISTRIES = [
    Row(api("v1", "Pod", f"{{containers: [{{image: '{reference}'}}]}}"), {reference: STAYS})
    for reference in (
        "localhost/a",
        "localhost:5000/a:1",
        "127.0.0.1:32000/a/b:1",
        "registry.demo.svc/a:1",
        "[::1]:5000/a:1",
        "r.demo.svc.cluster.local:80/a",
    )
]
KINDS = {
    "names behind a registry in another field": BEHIND,
    "names by which something is looked up": IMAGE_SETS,
    "rules about registries, and what is watched": MIRROR_SETS,
    "where a build goes": BUILD_OUTPUTS,
    "tools that push": BUILD_TOOLS,
    "what builds build upon": BUILT_UPON,
    "conditions of policies": CONDITIONS,
    "what policies inject": MUTATIONS,
    "overrides by name": OVERRIDES,
    "labels beside images": LABELS,
    "templates in texts": TEMPLATES,
    "texts with a grammar of their own": OTHER_TEXTS,
    "what templates fall back to": FALLBACKS,
    "artifacts behind their scheme": ARTIFACTS,
    "tags by variable": TAGS_BY_VARIABLE,
    "registries in front of images": IN_FRONT,
    "registries that are called addresses": ADDRESSES,
    "objects that are one setting": SETTINGS,
    "services of jobs": JOBS,
    "operations of JSON patches": PATCHES,
    "images that are compared": COMPARED,
    "lists in texts": LISTS,
    "fields called container": CONTAINERS,
    "base64 data by their keys": ENCODED,
    "malformed references": MALFORMED,
    "repositories of images by their names": IMAGE_REPOSITORIES,
    "parts in variables and flags": PARTS,
    "siblings of what moves": SIBLINGS,
    "profiles of containers": PROFILES,
    "images of machines, and models": MACHINES,
    "vectors of images": IMAGE_VECTORS,
    "files and commands of machines": MACHINE_FILES,
    "spellings of references": REFERENCES,
    "registries of a cluster": OWN_REGISTRIES,
}
