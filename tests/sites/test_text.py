# ruff: noqa: E501  # a row of a table is a whole text
from __future__ import annotations

import pytest
from marked import check, config, stays

from postrenderer.sites import text


@pytest.mark.parametrize(
    "content",
    [
        # YAML and JSON
        "runners:\n  spec:\n    image: «acme/runner:1»\n",
        'apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - name: helper\n    image: "«acme/busybox:1.36»"\n    args: [a]\n',
        "---\nspec:\n  initContainers:\n  - name: sync\n    image: «registry.k8s.io/git-sync/git-sync:v4»\n",
        'jenkins:\n  clouds:\n  - kubernetes:\n      containers:\n      - image: "«acme/agent:3385.vf1»"\n        args: "^${computer.name}"\n',
        '{"image": "«kserve/art-explainer»", "defaultImageVersion": "latest"}',
        '{\n  "agent": {\n    "image" : "«acme/agent:v0.15»",\n    "memory": "100Mi"\n  }\n}\n',
        '{"global": {"hub": "«registry.istio.io/testing»", "tag": "latest", "proxy": {"image": "proxyv2"}}}',
        '["«quay.io/acme/b:1»", "«docker.io/acme/c:2»"]',
        'plugin:\n  spec: \'{"image": "«acme/x:1»", "sidecars": [{"name": "y", "image": "«busybox»"}]}\'\n',
        "values: |\n  image:\n    repository: «acme/app»\n    tag: v1\n",
        "trivy:\n  repository: «ghcr.io/acme/trivy»\n  tag: 0.58\n  dbRepository: ghcr.io/acme/trivy-db\n",
        '? "kind"\n: Pod\n? "spec"\n: {"containers": [{"name": "a", "image": "«acme/x»"}]}\n',
        # TOML, HOCON, properties
        '[[runners]]\n  [runners.kubernetes]\n    image = "«alpine»"\n    helper_image = "«acme/helper:x86_64-v17»"\n',
        '[[runners.kubernetes.services]]\n  name = "«docker:dind»"\n  alias = "docker"\nimage_pull_policy = "always"\n',
        '[plugins."io.containerd.grpc.v1.cri"]\n  sandbox_image = "«registry.k8s.io/pause:3.9»"\n',
        'kubernetes.serverImageRepository = "«quay.io/acme/server»"\nkubernetes.serverImageTag = "2026.1"\n',
        "spark {\n  container.image: «apache/spark:3.5»\n  image = ${?SPARK_IMAGE}\n}\n",
        "spark.kubernetes.container.image=«apache/spark-py:v3.4»\nspark.driver.image=«spark:3.5»\ncores=4\n",
        # Go templates
        '{{ range .Items }}\n- name: dump\n  image: «busybox:1.28»\n- name: x\n  image: "{{ .ProxyImage }}"\n{{ end }}\n',
        "{{- if .A }}\nimage: «quay.io/acme/y»:{{ .Tag }}\nother: «quay.io/acme/z»:{{ .Tag }}\n{{- end }}\n",
        "{{ if .A }}\nimage:\n  repository: «quay.io/acme/y»\n  tag: {{ .Tag }}\n{{ end }}\n",
        '{{ if .A }}\nimage: {{ .image |\n  default "«acme/y:1»" }}\n{{ end }}\n',
        '% one %\nimage: "«acme/app»:${TAG}"\n',
        # Scripts and lists
        "#!/bin/sh\nIMAGE=«acme/app:3»\nkubectl run a --image=«busybox» -- sh\n",
        "«docker.io/acme/nginx:1.25»\n«quay.io/acme/b:1.2»\n",
        "see docker://«quay.io/acme/disk:1»\n",
        # CUE
        'output: containers: [{\n\tname: context.name\n\timage: "«acme/x:1.2»"\n}]\nparameter: image: *"«acme/y:2»" | string\n',
    ],
)
def test_references_in_configuration(content: str) -> None:
    check(config(content), text.FAMILY)


@pytest.mark.parametrize("key", ["provisioner", "attacher", "plugin", "addons", "runner"])
def test_a_whole_value_that_leaves_no_doubt_needs_no_name(key: str) -> None:
    check(config("«registry.k8s.io/sig-storage/csi-provisioner:v5.1.0»", key), text.FAMILY)


@pytest.mark.parametrize(
    ("key", "content"),
    [
        ("RELATED_IMAGE_DB", "«ghcr.io/acme/db:11»"),
        ("image", "«acme/helper:v1»"),
        ("node.collector.imageRef", "«acme/node:1»"),
    ],
)
def test_keys_of_a_config_map_are_fields(key: str, content: str) -> None:
    check(config(content, key), "field")


@pytest.mark.parametrize(
    "content",
    [
        'flowCollectorAddr: "flow-aggregator/flow-aggregator:14739:grpc"\n"22": demo/gitlab-gitlab-shell:22::\n',
        "user_agent: falcosecurity/falco\nserver: redis-master:6379\nendpoint = otel-collector.observability:4317\n",
        "imageServiceAddress: image-service:8080\nregistry: image-registry.openshift-image-registry.svc:5000\n",
        "registryServer: registry.default.svc.cluster.local:5000/v2\nip: 10.0.0.1:8080/path\nv6: '[fd00:10:96::a]:53'\n",
        "upstream: http://image-service:8080/images/foo\nurl: https://quay.io/v2/acme/app:1\n",
        "kubernetes:4540.v612369217f87\ngit:5.10.1\ndocker:1.2.3\nredis:1.2\n",
        'container_exclude: "image:gcr.io/datadoghq/.*"\ncontainer_include: "image:docker.io/acme/nginx.*"\n',
        'pattern: "^quay\\\\.io/acme/.*:v[0-9]+$"\nallow: ["ruby:*", "registry.gitlab.com/acme/*"]\n',
        '# docker pull quay.io/acme/x:1\n# image: acme/y:1\n  // image: "a/b:1"\n-- image: a/b:1\necho\n',
        "skopeo copy docker://docker.io/acme/a:1 docker://registry.acme.dev/a:1\n",
        "run() {\n  crane copy docker.io/acme/a:1 \\\n    registry.acme.dev/a:1\n}\n",
        "kaniko --destination=registry.acme.dev/team/app:v1 --destination registry.acme.dev/team/app:v2\n",
        'sum(rate(x{image!="", image="quay.io/acme/x:1"}[5m])) by (image)\n',
        '{"panels":[{"expr":"sum(x{image!=\\"\\",image=\\"quay.io/acme/x:1\\"})","legendFormat":"{{image}}:{{tag}}"}]}',
        "docker.io:\n  images:\n    acme/nginx: ['1.25']\n",
        "mirrors:\n  docker.io:\n    endpoint:\n    - https://registry-1.docker.io\n",
        'unqualified-search-registries = ["docker.io"]\n[[registry]]\nlocation = "mirror.gcr.io/library"\n',
        '{"auths":{"https://index.docker.io/v1/":{"auth":"eDp5"},"quay.io":{"auth":"x"},"registry.acme.dev/a":{}}}',
        "macro: x\ncondition: (container.image.repository = docker.io/acme/nginx)\n",
        "{{ a }}\ncontainer.image.repository = docker.io/acme/nginx and container.image.tag = 1\n",
        'image: {{ .Values.image }}\nimage: "{{ .Repo }}:{{ .Tag }}"\nimage: ${IMAGE}\nimage: $(IMAGE)\nimage: <image>\n',
        "image = get_image()\nspawner.image = image\ndef f(image: str = None, repository: Optional[str] = None, tag: str):\n",
        'self.image = image.split(":")[0]\nif image == "nginx": pass\nimg = cv2.imread("a/b.png")\n',
        "body { background-image: url(/img/x.png); list-style-image: none }\n",
        "proxy_pass http://images:8080;\nimage_filter resize 100 100;\nadd_header X-Image image/png;\n",
        "schema.registry.url=schema-registry:8081\nhub=prow\nrepository.location=/var/lib\nimages.dir=/var/www/images\n",
        "<source>\n  @type forward\n  tag kubernetes.*\n  tag: v1\n</source>\n",
        "type: application/vnd.oci.image.index.v1+json\ncontentType: text/plain\nimageTypes: [image/png]\n",
        "schedule: '0 3 * * *'\ntime: 2024-01-01T00:00:00Z\nat: 12:30:45\nmac: aa:bb:cc:dd:ee:ff\n",
        "git: git@github.com:acme/x.git\nurl: oci://ghcr.io/acme/charts/x:1.2\ns3: s3://bucket/images:x\n",
        "see github.com/acme/x@v1.2 and golang.org/x/net:latest and k8s.io/api/core/v1\n",
        "bindings.knative.dev/include:true node-role.kubernetes.io/master:NoSchedule acme.io/team:platform\n",
        "cloud.google.com/gke-nodepool:pool-1 topology.kubernetes.io/zone:eu-west-1a\n",
        "iam.gke.io/gcp-service-account:x@acme.iam\napp.kubernetes.io/component:webhook\n",
        "The image docker.io/acme/nginx is used. See quay.io/acme/x for more.\n",
        "map[image:quay.io/acme/exporter:v0.15.0 name:exporter]",
        "artifact:\n  install:\n    refs: [falco-rules:3]\n",
        'package x\nviolation[{"msg": msg}] {\n  not startswith(image, "quay.io/acme/")\n  image != "nginx"\n}\n',
        "image: https://acme.dev/x.png\nlogoImage: /img/logo.png\nbackgroundImage: images/bg.jpg\n",
    ],
)
def test_look_alikes_in_configuration_stay(content: str) -> None:
    stays(config(content))


@pytest.mark.parametrize(
    "key",
    [
        "policies.bundle.oci.ref",
        "trivy.dbRepository",
        "model",
        "merged-values",
        "kubectl.kubernetes.io/last-applied-configuration",
    ],
)
def test_artifacts_and_copies_stay(key: str) -> None:
    stays(config("mirror.gcr.io/acme/thing:1", key))
