module r2k8s.io/bench

go 1.26
