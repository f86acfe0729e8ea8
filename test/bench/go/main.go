// The yardstick of the webhook: net/http of Go, which decodes the review and answers a fixed patch.
// Prints its port, and for each line on stdin the CPU time it has used, in seconds.
package main

import (
	"bufio"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"syscall"
)

type review struct {
	APIVersion string    `json:"apiVersion"`
	Kind       string    `json:"kind"`
	Request    *request  `json:"request,omitempty"`
	Response   *response `json:"response,omitempty"`
}

type request struct {
	UID       string         `json:"uid"`
	Namespace string         `json:"namespace"`
	Operation string         `json:"operation"`
	Object    map[string]any `json:"object"`
}

type response struct {
	UID       string `json:"uid"`
	Allowed   bool   `json:"allowed"`
	PatchType string `json:"patchType"`
	Patch     []byte `json:"patch"`
}

func main() {
	certificate, err := tls.LoadX509KeyPair(os.Args[2], os.Args[1])
	check(err)
	patch, err := os.ReadFile(os.Args[3])
	check(err)
	http.HandleFunc("/mutate", func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		var asked review
		if err == nil {
			err = json.Unmarshal(body, &asked)
		}
		if err != nil || asked.Request == nil {
			http.Error(w, "no review", http.StatusBadRequest)
			return
		}
		answer, _ := json.Marshal(review{
			APIVersion: asked.APIVersion,
			Kind:       asked.Kind,
			Response:   &response{UID: asked.Request.UID, Allowed: true, PatchType: "JSONPatch", Patch: patch},
		})
		w.Header().Set("content-type", "application/json")
		w.Header().Set("content-length", fmt.Sprint(len(answer)))
		_, _ = w.Write(answer)
	})
	// As the API server speaks to webhooks: HTTP/1.1 only.
	settings := &tls.Config{Certificates: []tls.Certificate{certificate}, NextProtos: []string{"http/1.1"}}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	go func() { check(http.Serve(tls.NewListener(listener, settings), nil)) }()
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		var usage syscall.Rusage
		check(syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
		fmt.Printf("%f\n", seconds(usage.Utime)+seconds(usage.Stime))
	}
}

func seconds(t syscall.Timeval) float64 {
	return float64(t.Sec) + float64(t.Usec)/1e6
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
