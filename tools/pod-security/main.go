// Pod-security reads Kubernetes objects, a YAML stream, from standard input and prints what keeps the API server from
// admitting their pods to a namespace of the Pod Security level "restricted", as a JSON array. It decides by the API
// server's own code, in its newest version, and decodes as strictly: a field that a type does not have is a finding too.
// It skips objects that make no pods themselves.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
)

type finding struct {
	Kind      string `json:"kind"`
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
	Check     string `json:"check"`
	Message   string `json:"message"`
}

var restricted = api.LevelVersion{Level: api.LevelRestricted, Version: api.LatestVersion()}

func main() {
	findings, err := readAll(os.Stdin)
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(findings)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "pod-security:", err)
		os.Exit(1)
	}
}

func readAll(input io.Reader) ([]finding, error) {
	evaluator, err := policy.NewEvaluator(policy.DefaultChecks(), nil)
	if err != nil {
		return nil, err
	}
	scheme := runtime.NewScheme()
	groups := runtime.NewSchemeBuilder(corev1.AddToScheme, appsv1.AddToScheme, batchv1.AddToScheme)
	if err := groups.AddToScheme(scheme); err != nil {
		return nil, err
	}
	decoder := serializer.NewCodecFactory(scheme, serializer.EnableStrict).UniversalDeserializer()
	documents := yaml.NewYAMLReader(bufio.NewReader(input))
	findings := []finding{}
	for {
		document, err := documents.Read()
		if errors.Is(err, io.EOF) {
			return findings, nil
		}
		if err != nil {
			return nil, err
		}
		object, _, err := decoder.Decode(document, nil, nil)
		if runtime.IsNotRegisteredError(err) {
			continue
		}
		if err != nil && !runtime.IsStrictDecodingError(err) {
			return nil, fmt.Errorf("%w in\n%s", err, document)
		}
		metadata, pod := podOf(object)
		if pod == nil {
			continue
		}
		report := func(check, message string) {
			kind := object.GetObjectKind().GroupVersionKind().Kind
			findings = append(findings, finding{kind, metadata.GetNamespace(), metadata.GetName(), check, message})
		}
		if err != nil {
			report("strict-decoding", err.Error())
		}
		for _, result := range evaluator.EvaluatePod(restricted, &pod.ObjectMeta, &pod.Spec) {
			if !result.Allowed {
				report("restricted", result.ForbiddenReason+": "+result.ForbiddenDetail)
			}
		}
	}
}

// podOf returns an object's own metadata and the pods that it makes, nil if it makes none.
func podOf(object runtime.Object) (metav1.Object, *corev1.PodTemplateSpec) {
	switch o := object.(type) {
	case *corev1.Pod:
		return o, &corev1.PodTemplateSpec{ObjectMeta: o.ObjectMeta, Spec: o.Spec}
	case *corev1.ReplicationController:
		return o, o.Spec.Template
	case *appsv1.ReplicaSet:
		return o, &o.Spec.Template
	case *appsv1.Deployment:
		return o, &o.Spec.Template
	case *appsv1.DaemonSet:
		return o, &o.Spec.Template
	case *appsv1.StatefulSet:
		return o, &o.Spec.Template
	case *batchv1.Job:
		return o, &o.Spec.Template
	case *batchv1.CronJob:
		return o, &o.Spec.JobTemplate.Spec.Template
	default:
		return nil, nil
	}
}
