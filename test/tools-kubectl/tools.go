//go:build tools

// Package tools pins kubectl, with which the tests run the commands of the documents.
package tools

import _ "k8s.io/kubernetes/cmd/kubectl"
