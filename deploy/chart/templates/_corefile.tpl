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
        {{- . | trimSuffix "\n" | nindent 8 }}
        {{- end }}
    }
    {{- with .Values.directives }}
    {{- . | trimSuffix "\n" | nindent 4 }}
    {{- end }}
    {{- with .Values.cache }}
    cache {{ toString . | trimSuffix "\n" | indent 4 | trim }}
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
What the Corefile needs of the API server of the cluster, as YAML: a list of `namespace` ("cluster" for all of it), `suffix`
of the name, and `rules`. A directive `serviceentry` without a source reads that API server, and so does one with
`kubernetes`.
*/}}
{{- define "serviceentry-dns.grants" -}}
{{- $text := include "serviceentry-dns.corefile" . }}
{{- $line := "([ \\t]*#[^\\n]*|[^\\n{}]*([{][$%][^\\n}]*[}][^\\n{}]*)*)\\n" }}
{{- $end := "[ \\t]*[}]" }}
{{- $open := "[^\\n]*[{][ \\t]*(#[^\\n]*)?\\n" }}
{{- $block := printf "%s(%s|%s(%s)*%s[^\\n]*\\n)*%s" $open $line $open $line $end $end }}
{{- $read := list }}
{{- range regexFindAll (printf "(?m)^[ \\t]*serviceentry\\b(%s|[^\\n]*$)" $block) $text -1 }}
{{- if or (regexMatch "(?m)^[ \\t]*kubernetes[ \\t]*(#.*)?$" .) (not (regexMatch "(?m)^[ \\t]*(kubeconfig|endpoint|file)[ \\t]" .)) }}
{{- $read = append $read . }}
{{- end }}
{{- end }}
{{- $namespaces := list }}
{{- $isEverywhere := false }}
{{- $readsPods := false }}
{{- range $read }}
{{- $lines := regexFindAll "(?m)^[ \\t]*namespaces[ \\t][^#\\n]*" . -1 }}
{{- if not $lines }}{{ $isEverywhere = true }}{{ end }}
{{- range $lines }}
{{- $namespaces = concat $namespaces (rest (splitList " " (regexReplaceAll "[ \\t]+" (trim .) " "))) }}
{{- end }}
{{- if not (regexMatch "(?m)^[ \\t]*pods[ \\t]+off\\b" .) }}{{ $readsPods = true }}{{ end }}
{{- end }}
{{- $watch := list "list" "watch" }}
{{- $rules := list (dict "apiGroups" (list "networking.istio.io") "resources" (list "serviceentries" "workloadentries") "verbs" $watch) }}
{{- if $readsPods }}
{{- $rules = append $rules (dict "apiGroups" (list "") "resources" (list "pods") "verbs" $watch) }}
{{- end }}
{{- $nodes := list }}
{{- if regexMatch "(?m)^[ \\t]*nodes[ \\t]+on\\b" $text }}
{{- $nodes = list (dict "apiGroups" (list "") "resources" (list "nodes") "verbs" $watch) }}
{{- end }}
{{- if $isEverywhere }}
{{- $rules = concat $rules $nodes }}
{{- end }}
{{- if regexMatch "(?m)^[ \\t]*namespace_labels[ \\t]" $text }}
{{- $rules = append $rules (dict "apiGroups" (list "") "resources" (list "namespaces") "verbs" $watch) }}
{{- end }}
{{- if regexMatch "(?m)^[ \\t]*services[ \\t]+on\\b" $text }}
{{- $rules = append $rules (dict "apiGroups" (list "") "resources" (list "services") "verbs" $watch) }}
{{- end }}
{{- if regexMatch "(?m)^[ \\t]*sidecars[ \\t]+on\\b" $text }}
{{- $rules = append $rules (dict "apiGroups" (list "networking.istio.io") "resources" (list "sidecars") "verbs" $watch) }}
{{- end }}
{{- $grants := list }}
{{- if and $read $isEverywhere }}
{{- $grants = append $grants (dict "namespace" "cluster" "suffix" "" "rules" $rules) }}
{{- else if $read }}
{{- range uniq $namespaces }}
{{- $grants = append $grants (dict "namespace" . "suffix" "" "rules" $rules) }}
{{- end }}
{{- with $nodes }}
{{- $grants = append $grants (dict "namespace" "cluster" "suffix" "-nodes" "rules" .) }}
{{- end }}
{{- end }}
{{- /* What `publish` elects by. An object that is to be created has no name yet. */}}
{{- range uniq (regexFindAll "(?m)^[ \\t]*lease[ \\t]+[-a-z0-9.]+/[-a-z0-9.]+" $text -1) }}
{{- $lease := splitList "/" (regexReplaceAll "^[ \\t]*lease[ \\t]+" . "") }}
{{- $named := dict "apiGroups" (list "coordination.k8s.io") "resources" (list "leases") "resourceNames" (list (last $lease)) "verbs" (list "get" "update") }}
{{- $create := dict "apiGroups" (list "coordination.k8s.io") "resources" (list "leases") "verbs" (list "create") }}
{{- $grants = append $grants (dict "namespace" (first $lease) "suffix" (printf "-lease-%s" (last $lease)) "rules" (list $named $create)) }}
{{- end }}
{{- with .Values.rbac.extraRules }}
{{- $grants = append $grants (dict "namespace" "cluster" "suffix" "-extra" "rules" .) }}
{{- end }}
{{- toYaml (dict "grants" $grants) }}
{{- end }}
