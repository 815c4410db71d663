//go:build tools

// Package tools pins the version of CoreDNS, which tests run as the cluster's DNS server.
package tools

import _ "github.com/coredns/coredns"
