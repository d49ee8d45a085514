{{- define "recognize-health.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 53 | trimSuffix "-" }}
{{- end }}

{{- /* The release's name where it already says what this is. 53 characters leave room for suffixes. */}}
{{- define "recognize-health.fullname" -}}
{{- $name := include "recognize-health.name" . }}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride }}
{{- else if contains $name .Release.Name }}
{{- .Release.Name | trunc 53 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name $name | trunc 53 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- define "recognize-health.selectorLabels" -}}
app.kubernetes.io/name: {{ include "recognize-health.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- /* What somebody adds to every object, without what the chart says itself. */}}
{{- define "recognize-health.commonLabels" -}}
{{- with omit .Values.commonLabels "app.kubernetes.io/name" "app.kubernetes.io/instance" "app.kubernetes.io/version" "app.kubernetes.io/managed-by" "helm.sh/chart" }}
{{- toYaml . }}
{{- end }}
{{- end }}

{{- define "recognize-health.labels" -}}
{{- with include "recognize-health.commonLabels" . }}
{{- . }}
{{ end }}
{{- include "recognize-health.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end }}

{{- define "recognize-health.serviceAccountName" -}}
{{- if .Values.serviceAccount.create }}
{{- default (include "recognize-health.fullname" .) .Values.serviceAccount.name }}
{{- else }}
{{- required "serviceAccount.name is needed when serviceAccount.create is false" .Values.serviceAccount.name }}
{{- end }}
{{- end }}

{{- define "recognize-health.image" -}}
{{- if .Values.image.digest }}
{{- printf "%s@%s" .Values.image.repository .Values.image.digest }}
{{- else }}
{{- printf "%s:%s" .Values.image.repository (default .Chart.AppVersion .Values.image.tag) }}
{{- end }}
{{- end }}

{{- define "recognize-health.subjects" -}}
subjects:
  - kind: ServiceAccount
    name: {{ include "recognize-health.serviceAccountName" . }}
    namespace: {{ .Release.Namespace }}
{{- end }}
