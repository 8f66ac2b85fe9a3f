{{/* What every pod of Redress has. Called with (dict "root" $ "part" NAME); the caller adds the container's command, ports and probes. */}}

{{- define "redress.name" -}}
{{ printf "%s-%s" .root.Release.Name .part | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "redress.selector" -}}
app.kubernetes.io/name: redress
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .part }}
{{- end }}

{{- define "redress.labels" -}}
{{ include "redress.selector" . }}
app.kubernetes.io/version: {{ .root.Values.image.tag | default .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
{{- end }}

{{- define "redress.pod" -}}
automountServiceAccountToken: false
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  seccompProfile:
    type: RuntimeDefault
{{- with .root.Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
volumes:
  - name: data
    emptyDir: {}
  - name: tmp
    emptyDir: {}
  - name: secrets
    secret:
      secretName: {{ .root.Values.secretsFile }}
  {{- with .root.Values.temporalCertificate }}
  - name: temporal
    secret:
      secretName: {{ . }}
  {{- end }}
  {{- with .root.Values.policy }}
  - name: policy
    configMap:
      name: {{ . }}
  {{- end }}
{{- end }}

{{- define "redress.container" -}}
image: {{ required "image.repository: where the image is" .root.Values.image.repository }}:{{ .root.Values.image.tag | default .root.Chart.AppVersion }}
imagePullPolicy: {{ .root.Values.image.pullPolicy }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities:
    drop: [ALL]
volumeMounts:
  - name: data
    mountPath: /data
  - name: tmp
    mountPath: /tmp
  - name: secrets
    mountPath: /secrets
    readOnly: true
  {{- if .root.Values.temporalCertificate }}
  - name: temporal
    mountPath: /temporal
    readOnly: true
  {{- end }}
  {{- if .root.Values.policy }}
  - name: policy
    mountPath: /policy
    readOnly: true
  {{- end }}
env:
  - name: REDRESS_SECRETS_FILE
    value: /secrets/secrets.json
  {{- if .root.Values.temporalCertificate }}
  - name: REDRESS_TEMPORAL_CERTIFICATE
    value: /temporal/tls.crt
  - name: REDRESS_TEMPORAL_KEY
    value: /temporal/tls.key
  {{- end }}
  {{- if .root.Values.policy }}
  - name: REDRESS_POLICY
    value: /policy/policy.yaml
  {{- end }}
  {{- range $name, $value := .root.Values.settings }}
  - name: {{ $name }}
    value: {{ $value | quote }}
  {{- end }}
  {{- range $name, $from := .root.Values.secretSettings }}
  - name: {{ $name }}
    valueFrom:
      secretKeyRef:
        name: {{ $from.name }}
        key: {{ $from.key }}
  {{- end }}
{{- end }}
