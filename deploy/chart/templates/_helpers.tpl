{{/* Names. A release that is called like the chart has objects of the names of deploy/base. */}}
{{- define "serviceentry-dns.name" -}}
{{- default "serviceentry-dns" .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "serviceentry-dns.fullname" -}}
{{- $name := include "serviceentry-dns.name" . }}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 55 | trimSuffix "-" }}
{{- else if contains $name .Release.Name }}
{{- .Release.Name | trunc 55 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name $name | trunc 55 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- define "serviceentry-dns.account" -}}
{{- if .Values.serviceAccount.create }}
{{- default (include "serviceentry-dns.fullname" .) .Values.serviceAccount.name }}
{{- else }}
{{- default "default" .Values.serviceAccount.name }}
{{- end }}
{{- end }}

{{/* What selects the Pods. It must not change, so no version is in it. */}}
{{- define "serviceentry-dns.selector" -}}
app.kubernetes.io/name: {{ include "serviceentry-dns.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "serviceentry-dns.labels" -}}
helm.sh/chart: {{ printf "serviceentry-dns-%s" .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "serviceentry-dns.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/*
Name and labels of an object, below `metadata:`. The argument has `root`, and may have `name`, `namespace` (`cluster` for
objects of no namespace), `labels` and `annotations`.
*/}}
{{- define "serviceentry-dns.metadata" -}}
{{- $root := .root -}}
name: {{ default (include "serviceentry-dns.fullname" $root) .name }}
{{- if ne "cluster" (default "" .namespace) }}
namespace: {{ default $root.Release.Namespace .namespace }}
{{- end }}
labels:
  {{- include "serviceentry-dns.labels" $root | nindent 2 }}
  {{- with .labels }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- with mergeOverwrite (dict) $root.Values.commonAnnotations (default (dict) .annotations) }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "serviceentry-dns.image" -}}
{{- with .Values.image }}
{{- if .digest }}
{{- printf "%s@%s" .repository .digest }}
{{- else }}
{{- printf "%s:%s" .repository (default $.Chart.AppVersion .tag) }}
{{- end }}
{{- end }}
{{- end }}

{{/* Ports of the container, as YAML. In the network of a node port 53 is mostly taken, and would need a privilege. */}}
{{- define "serviceentry-dns.ports" -}}
{{- if .Values.hostNetwork -}}
{ dns: 1053, metrics: 9153, health: 18080, ready: 18181 }
{{- else -}}
{ dns: 53, metrics: 9153, health: 8080, ready: 8181 }
{{- end }}
{{- end }}
