//go:build tools

// Package cluster names the programs of the control plane, so that `go mod tidy` keeps what they are built from.
package cluster

import (
	_ "go.etcd.io/etcd/server/v3"
	_ "k8s.io/kubernetes/cmd/kube-apiserver"
	_ "k8s.io/kubernetes/cmd/kube-controller-manager"
)
