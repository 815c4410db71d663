{{/* The Corefile: that of the values, or one that is made of them, which is that of deploy/base without any. */}}
{{- define "serviceentry-dns.corefile" -}}
{{- if .Values.corefile -}}
{{- range list "zones" "only" "namespaces" "options" "clients" "directives" "servers" }}
{{- if get $.Values . }}
{{- fail (printf "corefile is the whole Corefile: write what %s says into it, and leave %s out" . .) }}
{{- end }}
{{- end }}
{{- .Values.corefile | trimSuffix "\n" }}
{{ else -}}
{{- $ports := include "serviceentry-dns.ports" . | fromYaml -}}
.:{{ $ports.dns }} {
    errors
    {{- with .Values.clients }}
    acl {
        allow net {{ join " " . }}
        block
    }
    {{- end }}
    log . {
        class error
    }
    health{{ if .Values.hostNetwork }} 127.0.0.1:{{ $ports.health }}{{ end }} {
        lameduck 5s
    }
    ready{{ if .Values.hostNetwork }} 127.0.0.1:{{ $ports.ready }}{{ end }}
    prometheus :{{ $ports.metrics }}
    {{- /* In the network of the node all of its users would reach it. */}}
    {{- if not .Values.hostNetwork }}
    admin
    {{- end }}
    multisocket {{ .Values.threads }}
    serviceentry{{ range .Values.zones }} {{ . }}{{ end }} {
        {{- if .Values.kubernetes }}
        kubernetes
        {{- end }}
        {{- range .Values.clusters }}
        kubeconfig /etc/serviceentry-dns-clusters/{{ .name }}/kubeconfig
        {{- end }}
        {{- with .Values.namespaces }}
        namespaces {{ join " " . }}
        {{- end }}
        {{- with default .Values.zones .Values.only }}
        only {{ join " " . }}
        {{- end }}
        {{- if .Values.snapshot.enabled }}
        snapshot /var/lib/serviceentry-dns/snapshot
        {{- end }}
        {{- range .Values.options }}
        {{ . }}
        {{- end }}
    }
    {{- with .Values.directives }}
    {{- . | trimSuffix "\n" | nindent 4 }}
    {{- end }}
    {{- with .Values.cache }}
    cache {{ . | trimSuffix "\n" | indent 4 | trim }}
    {{- end }}
    {{- with .Values.forward }}
    loop
    forward {{ . | trimSuffix "\n" | indent 4 | trim }}
    {{- end }}
    reload
}
{{ with .Values.servers }}{{ . | trimSuffix "\n" }}
{{ end -}}
{{- end -}}
{{- end }}

{{/*
What the Corefile reads of the API server of the cluster, as YAML: `rules`, and `namespaces` where it is these alone. A
directive `serviceentry` without a source reads that API server, and so does one with `kubernetes`.
*/}}
{{- define "serviceentry-dns.access" -}}
{{- $text := include "serviceentry-dns.corefile" . }}
{{- $blocks := list }}
{{- range regexFindAll "(?ms)^[ \\t]*serviceentry\\b([^\\n{]*$|[^\\n]*\\{[^\\n]*$.*?^[ \\t]*\\})" $text -1 }}
{{- if or (regexMatch "(?m)^[ \\t]*kubernetes[ \\t]*(#.*)?$" .) (not (regexMatch "(?m)^[ \\t]*(kubeconfig|endpoint|file)[ \\t]" .)) }}
{{- $blocks = append $blocks . }}
{{- end }}
{{- end }}
{{- $namespaces := list }}
{{- $isEverywhere := false }}
{{- $readsPods := false }}
{{- range $blocks }}
{{- $lines := regexFindAll "(?m)^[ \\t]*namespaces[ \\t][^#\\n]*" . -1 }}
{{- if not $lines }}{{ $isEverywhere = true }}{{ end }}
{{- range $lines }}
{{- $namespaces = concat $namespaces (rest (splitList " " (regexReplaceAll "[ \\t]+" (trim .) " "))) }}
{{- end }}
{{- if not (regexMatch "(?m)^[ \\t]*pods[ \\t]+off\\b" .) }}{{ $readsPods = true }}{{ end }}
{{- end }}
{{- $all := join "\n" $blocks }}
{{- if $blocks }}
rules:
  - apiGroups: [networking.istio.io]
    resources: [serviceentries, workloadentries]
    verbs: [list, watch]
  {{- if $readsPods }}
  - apiGroups: ['']
    resources: [pods]
    verbs: [list, watch]
  {{- end }}
  {{- if and $isEverywhere (regexMatch "(?m)^[ \\t]*nodes[ \\t]+on\\b" $all) }}
  - apiGroups: ['']
    resources: [nodes]
    verbs: [list, watch]
  {{- end }}
  {{- if regexMatch "(?m)^[ \\t]*namespace_labels[ \\t]" $all }}
  - apiGroups: ['']
    resources: [namespaces]
    verbs: [list, watch]
  {{- end }}
  {{- if regexMatch "(?m)^[ \\t]*services[ \\t]+on\\b" $all }}
  - apiGroups: ['']
    resources: [services]
    verbs: [list, watch]
  {{- end }}
  {{- if regexMatch "(?m)^[ \\t]*sidecars[ \\t]+on\\b" $all }}
  - apiGroups: [networking.istio.io]
    resources: [sidecars]
    verbs: [list, watch]
  {{- end }}
{{- if not $isEverywhere }}
namespaces: {{ $namespaces | uniq | toJson }}
{{- end }}
{{- end }}
{{- end }}
