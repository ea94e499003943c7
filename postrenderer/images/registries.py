"""What is publicly known of registries: their hosts, hosts that are none, and the official images of Docker Hub."""

from __future__ import annotations

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

_PUBLIC = regex(
    r"(?:^|\.)(?:docker\.io|quay\.io|ghcr\.io|gcr\.io|pkg\.dev|registry\.k8s\.io|mcr\.microsoft\.com|azurecr\.(?:io|cn|us)"
    r"|dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?|public\.ecr\.aws|nvcr\.io|cgr\.dev|icr\.io|docker\.elastic\.co"
    r"|xpkg\.upbound\.io|lscr\.io|ocir\.io|jfrog\.io|scr\.io|aliyuncs\.com|myhuaweicloud\.com|ccs\.tencentyun\.com"
    r"|docker\.[a-z0-9-]+\.(?:com|io|org|net)|releases\.(?:(?!\.releases\.)[a-z0-9.-])*|container-registry\.oracle\.com)$"
)
_LABEL = regex(
    r"^(?:[a-z0-9-]*-)?(?:registry|registries|docker|cr|ecr|gcr|acr|images?|containers?|harbor|quay|hub|oci)\d*(?:-|\.)"
)
_LOCAL = regex(r"^(?:(?:localhost|[\d.]+|\[.*\]|[^.]*)$|.*\.(?:svc|local|internal|localhost|localdomain)(?:\.|$))")
_CODE = regex(
    r"(?:^|\.)(?:github\.com|githubusercontent\.com|gitlab\.com|bitbucket\.org|golang\.org|gopkg\.in|go\.uber\.org|k8s\.io"
    r"|kubernetes\.io|example\.(?:com|org|net))$"
)

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


def kind(host: str) -> str:
    """What a host is: REGISTRY, DOMAIN, LOCAL, or NONE if it is empty. The port does not count."""
    if not host:
        return NONE
    name = host if host.startswith("[") else host.partition(":")[0]
    if _PUBLIC.search(name) or _LABEL.match(name):
        return REGISTRY
    return LOCAL if _LOCAL.match(name) or _CODE.search(name) else DOMAIN


def is_of_a_cluster(host: str) -> bool:
    """Whether a host is that of a cluster's own registry, as builds in the cluster fill and nobody copies."""
    return _OF_A_CLUSTER.match(f"{host}/") is not None
