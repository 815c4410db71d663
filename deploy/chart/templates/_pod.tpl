{{/* What Deployment and DaemonSet make Pods of. */}}
{{- define "serviceentry-dns.pod" -}}
{{- $ports := include "serviceentry-dns.ports" . | fromYaml -}}
{{- $isDaemonSet := eq .Values.kind "DaemonSet" -}}
{{- $annotations := dict -}}
{{- if .Values.restartOnChange }}
{{- $_ := set $annotations "checksum/corefile" (include "serviceentry-dns.corefile" . | sha256sum) }}
{{- end }}
{{- if .Values.metrics.annotations }}
{{- $annotations = merge $annotations (dict "prometheus.io/scrape" "true" "prometheus.io/port" (toString $ports.metrics) "prometheus.io/path" "/metrics") }}
{{- end }}
metadata:
  {{- with mergeOverwrite (dict) .Values.commonAnnotations $annotations .Values.podAnnotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- /* A proxy in these Pods would answer the queries of `forward` itself. */}}
  {{- $labels := dict "sidecar.istio.io/inject" "false" "istio.io/dataplane-mode" "none" }}
  labels:
    {{- mergeOverwrite $labels .Values.commonLabels .Values.podLabels (include "serviceentry-dns.selector" . | fromYaml) | toYaml | nindent 4 }}
spec:
  serviceAccountName: {{ include "serviceentry-dns.account" . }}
  automountServiceAccountToken: true
  {{- with .Values.imagePullSecrets }}
  imagePullSecrets:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- if .Values.hostNetwork }}
  hostNetwork: true
  {{- end }}
  dnsPolicy: {{ .Values.dnsPolicy }}
  {{- with .Values.dnsConfig }}
  dnsConfig:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  enableServiceLinks: false
  terminationGracePeriodSeconds: {{ .Values.terminationGracePeriodSeconds }}
  {{- with .Values.priorityClassName }}
  priorityClassName: {{ . }}
  {{- end }}
  {{- with .Values.runtimeClassName }}
  runtimeClassName: {{ . }}
  {{- end }}
  securityContext:
    {{- /* In the network of the node a sysctl would be the node's. */}}
    {{- toYaml (ternary (omit .Values.podSecurityContext "sysctls") .Values.podSecurityContext .Values.hostNetwork) | nindent 4 }}
  {{- with .Values.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.affinity }}
  affinity:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- /* Nodes that are kept for something have clients too. */}}
  {{- $everywhere := list (dict "operator" "Exists" "effect" "NoSchedule") (dict "operator" "Exists" "effect" "NoExecute") }}
  {{- with ternary (default $everywhere .Values.tolerations) .Values.tolerations $isDaemonSet }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- if and (not $isDaemonSet) .Values.topologySpreadConstraints }}
  topologySpreadConstraints:
    {{- range .Values.topologySpreadConstraints }}
    - {{- toYaml (merge (dict) . (dict "labelSelector" (dict "matchLabels" (include "serviceentry-dns.selector" $ | fromYaml)))) | nindent 6 }}
    {{- end }}
  {{- end }}
  {{- with .Values.initContainers }}
  initContainers:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  containers:
    - name: serviceentry-dns
      image: {{ include "serviceentry-dns.image" . }}
      {{- with .Values.image.pullPolicy }}
      imagePullPolicy: {{ . }}
      {{- end }}
      args:
        {{- concat (list "-conf" "/etc/serviceentry-dns/Corefile") .Values.args | toYaml | nindent 8 }}
      {{- with .Values.env }}
      env:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      ports:
        - name: dns
          containerPort: {{ $ports.dns }}
          protocol: UDP
        - name: dns-tcp
          containerPort: {{ $ports.dns }}
          protocol: TCP
        - name: metrics
          containerPort: {{ $ports.metrics }}
          protocol: TCP
        - name: health
          containerPort: {{ $ports.health }}
          protocol: TCP
        - name: ready
          containerPort: {{ $ports.ready }}
          protocol: TCP
        {{- range .Values.extraPorts }}
        - name: {{ .name }}
          containerPort: {{ .port }}
          protocol: {{ .protocol }}
        {{- end }}
      {{- $host := ternary (dict "host" "127.0.0.1") (dict) .Values.hostNetwork }}
      livenessProbe:
        {{- mergeOverwrite (dict "httpGet" (merge (dict "path" "/health" "port" "health") $host)) .Values.livenessProbe | toYaml | nindent 8 }}
      readinessProbe:
        {{- mergeOverwrite (dict "httpGet" (merge (dict "path" "/ready" "port" "ready") $host)) .Values.readinessProbe | toYaml | nindent 8 }}
      resources:
        {{- toYaml .Values.resources | nindent 8 }}
      securityContext:
        {{- $security := deepCopy .Values.securityContext }}
        {{- if and .Values.hostNetwork $security.capabilities }}
        {{- $_ := unset $security.capabilities "add" }}
        {{- end }}
        {{- toYaml $security | nindent 8 }}
      volumeMounts:
        - name: config
          mountPath: /etc/serviceentry-dns
          readOnly: true
        {{- range .Values.clusters }}
        - name: cluster-{{ .name }}
          mountPath: /etc/serviceentry-dns-clusters/{{ .name }}
          readOnly: true
        {{- end }}
        {{- if .Values.snapshot.enabled }}
        - name: state
          mountPath: /var/lib/serviceentry-dns
        {{- end }}
        {{- with .Values.extraVolumeMounts }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
    {{- with .Values.extraContainers }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  volumes:
    - name: config
      configMap:
        name: {{ include "serviceentry-dns.fullname" . }}
    {{- range .Values.clusters }}
    - name: cluster-{{ .name }}
      secret:
        secretName: {{ default (printf "%s-cluster-%s" (include "serviceentry-dns.fullname" $) .name) .secret }}
    {{- end }}
    {{- if .Values.snapshot.enabled }}
    - name: state
      {{- toYaml (default (dict "emptyDir" (dict "sizeLimit" .Values.snapshot.sizeLimit)) .Values.snapshot.volume) | nindent 6 }}
    {{- end }}
    {{- with .Values.extraVolumes }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
{{- end }}
