"""Public knowledge of hosts: which are registries and which are not, and the official images of Docker Hub."""

from __future__ import annotations

from functools import lru_cache

from postrenderer.text.regex import regex

REGISTRY = "registry"
"""A host that serves images by its name."""
DOMAIN = "domain"
"""A public host name that may serve images."""
LOCAL = "local"
"""An address inside a cluster or a machine, or a host of code: no registry unless something else says so."""
NONE = ""

BEFORE_PATH = r"(?:\.[A-Za-z0-9-]+|:[0-9]+|localhost|\])/[a-z0-9]"
"""The end of a host, as a regular expression, and the start of the path behind it."""

_PUBLIC_DOMAINS = """
docker.io quay.io ghcr.io gcr.io pkg.dev registry.k8s.io mcr.microsoft.com azurecr.io azurecr.cn azurecr.us
public.ecr.aws nvcr.io cgr.dev icr.io docker.elastic.co xpkg.upbound.io lscr.io ocir.io jfrog.io scr.io aliyuncs.com
myhuaweicloud.com ccs.tencentyun.com container-registry.oracle.com
"""
_PUBLIC = frozenset(_PUBLIC_DOMAINS.split())
"""Domains of public registries, or in which they are."""
_ECR = frozenset(("dkr", "ecr", "amazonaws"))
"""Labels of Amazon's registries, `<account>.dkr.ecr.<region>.amazonaws.com`."""
_DOCKER, _TOP = ["docker"], frozenset(("com", "io", "org", "net"))
"""Many companies call their registry so: `docker.acme.io`."""
_RELEASES = "releases"
"""A label of hosts that serve releases, images too: `releases.acme.io`."""
_SAYING = "registry registries docker cr ecr gcr acr image images container containers harbor quay hub oci"
_NAMES = frozenset(_SAYING.split())
"""Words of a host's first label that say what it serves: `registry2.acme.dev`, `acme-docker.acme.dev`."""
_INSIDE = frozenset(("svc", "local", "internal", "localhost", "localdomain"))
"""Labels of hosts inside a cluster or a machine."""
_CODE_DOMAINS = """
github.com githubusercontent.com gitlab.com bitbucket.org golang.org gopkg.in go.uber.org k8s.io kubernetes.io
example.com example.org example.net
"""
_CODE = frozenset(_CODE_DOMAINS.split())
"""Domains that serve code, or nothing."""

_SERVICE = r"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.svc(?:\.cluster\.local)?"
OF_A_CLUSTER = rf"^(?:localhost|127(?:\.[0-9]+){{3}}|\[::1\]|{_SERVICE})(?::[0-9]+)?/"
"""A node's own addresses and the names of a cluster's services, with the slash behind them. The engines of policies
read it too, so it has no look-ahead. https://kubernetes.io/docs/concepts/services-networking/dns-pod-service"""
_OF_A_CLUSTER = regex(OF_A_CLUSTER)

_LIBRARY = """
adminer aerospike alpine almalinux amazoncorretto amazonlinux api-firewall arangodb archlinux backdrop bash bonita
buildpack-deps busybox caddy cassandra chronograf cirros clearlinux clefos clojure composer consul convertigo
couchbase couchdb crate dart debian docker drupal eclipse-mosquitto eclipse-temurin eggdrop elasticsearch elixir
erlang fedora flink fluentd friendica gazebo gcc geonetwork ghost golang gradle groovy haproxy haskell haxe
hello-world hitch httpd hylang ibm-semeru-runtimes ibmjava influxdb irssi jetty joomla jruby julia kapacitor kibana
kong krakend lightstreamer liquibase logstash mageia mariadb matomo maven mediawiki memcached mongo mongo-express
monica mono mysql nats nats-streaming neo4j neurodebian nextcloud nginx node notary odoo open-liberty openjdk
oraclelinux orientdb percona perl photon php php-zendserver phpmyadmin plone postfixadmin postgres pypy python r-base
rabbitmq rakudo-star redis redmine registry rethinkdb rocket.chat rockylinux ros ruby rust sapmachine satosa scratch
silverpeas solr sonarqube spark spiped storm swift swipl teamspeak telegraf tomcat tomee traefik ubuntu unit varnish
vault websphere-liberty wordpress xwiki yourls znc zookeeper
"""
OFFICIAL = frozenset(_LIBRARY.split())
"""Names of the library of Docker Hub: https://hub.docker.com/u/library."""


@lru_cache(maxsize=1024)
def kind(host: str) -> str:
    """The kind of a host: REGISTRY, DOMAIN, LOCAL, or NONE if it is empty. The port does not count."""
    if not host:
        return NONE
    if host.startswith("["):
        return LOCAL
    labels = host.partition(":")[0].split(".")
    if _is_public(labels) or _says_registry(labels):
        return REGISTRY
    is_address = not any(label.strip("0123456789") for label in labels)
    if is_address or len(labels) == 1 or not _INSIDE.isdisjoint(labels[1:]) or _is_in(_CODE, labels):
        return LOCAL
    return DOMAIN


def _is_public(labels: list[str]) -> bool:
    of_a_company = labels[-3:-2] == _DOCKER and labels[-1] in _TOP
    return of_a_company or _RELEASES in labels[:-1] or _ECR.issubset(labels) or _is_in(_PUBLIC, labels)


def _says_registry(labels: list[str]) -> bool:
    """Whether a word of the first label says registry; in a host of one label, `docker-cache`, not the last word."""
    words = labels[0].split("-")
    return any(word.rstrip("0123456789") in _NAMES for word in (words if len(labels) > 1 else words[:-1]))


def _is_in(domains: frozenset[str], labels: list[str]) -> bool:
    """Whether a host is one of some domains, or in one."""
    return any(".".join(labels[start:]) in domains for start in range(len(labels)))


def is_of_a_cluster(host: str) -> bool:
    """Whether a host is a cluster's own registry, which builds in the cluster fill and nobody mirrors."""
    return _OF_A_CLUSTER.match(f"{host}/") is not None
