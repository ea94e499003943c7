{{/* The reference of an own image: include "appcircle.image" (list $ "uiserver" "") ; an empty tag is the global one. */}}
{{- define "appcircle.image" -}}
{{- $global := (index . 0).Values.global -}}
{{- printf "%s/%s/%s:%s" $global.imageRegistry $global.imageRepositoryPath (index . 1) (index . 2 | default $global.imageTag) -}}
{{- end -}}

{{- define "appcircle.toolbox" -}}
{{- include "appcircle.image" (list . "toolbox" .Values.toolbox.tag) -}}
{{- end -}}

{{/* The items of imagePullSecrets, from the list of plain names. */}}
{{- define "appcircle.pullSecrets" -}}
{{- range .Values.global.imagePullSecrets }}
- name: {{ . }}
{{- end }}
{{- end -}}

{{- define "appcircle.labels" -}}
app.kubernetes.io/name: {{ index . 1 }}
app.kubernetes.io/instance: {{ (index . 0).Release.Name }}
{{- end -}}
