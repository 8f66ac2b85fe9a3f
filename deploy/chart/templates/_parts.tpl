{{/* The parts that run all the time, as JSON: by name their values, with the name of their port and who may reach it. */}}

{{- define "redress.parts" -}}
{{- $reach := .Values.networkPolicy }}
{{- $parts := dict "api" (merge (dict "port" "http" "from" $reach.toApi) (deepCopy .Values.api)) }}
{{- if .Values.codec.enabled }}
{{- $_ := set $parts "codec" (merge (dict "port" "http" "from" $reach.toCodec) (deepCopy .Values.codec)) }}
{{- end }}
{{- if .Values.worker.enabled }}
{{- range $name, $own := .Values.workers }}
{{- $part := merge (dict "port" "metrics" "from" $reach.toMetrics) (deepCopy $own) (deepCopy $.Values.worker) }}
{{- if hasKey $own "replicas" }}
{{- $_ := set $part "replicas" $own.replicas }} {{/* 0 too, which merge takes for nothing */}}
{{- end }}
{{- $_ := set $parts (printf "worker-%s" $name) $part }}
{{- end }}
{{- end }}
{{- toJson $parts }}
{{- end }}

{{/* Called with the name of a port. */}}

{{- define "redress.probes" -}}
startupProbe:
  httpGet: {path: /healthz, port: {{ . }}}
  periodSeconds: 2
  failureThreshold: 60
livenessProbe:
  httpGet: {path: /healthz, port: {{ . }}}
  timeoutSeconds: 5
readinessProbe:
  httpGet: {path: /readyz, port: {{ . }}}
  timeoutSeconds: 5
{{- end }}
