package main

import (
	_ "k8s.io/pod-security-admission/policy"
	_ "k8s.io/client-go/kubernetes/scheme"
)

func main() {}
