// The manifests that are measured, made from a few numbers.

export const exampleFormula = `{
	"formula": {
		"inputs": {
			"/": "tar:6q7G4hWr283FpTa5Lf8heVqw9t97b5VoMU6AGszuBYAz9EzQdeHVFAou7c4W9vFcQ6"
		},
		"action": {
			"exec": ["/bin/echo", "hello world!"],
		}
	},
	"context": { "fetchUrls": { "/": ["ca+https://wares.example/"] } }
}
`

/** `documents` of which `deployments` name a formula; the others are half ConfigMaps, half Services. */
export function manifestStream(documents: number, deployments: number): string {
  const every = Math.floor(documents / deployments)
  return Array.from({ length: documents }, (_, i) => {
    if (i % every === 0 && i / every < deployments) return deployment(i)
    return i % 2 === 0 ? configMap(i) : service(i)
  }).join('---\n')
}

function deployment(i: number): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web-${i}
  labels: {app: web-${i}}
spec:
  replicas: 2
  selector:
    matchLabels: {app: web-${i}}
  template:
    metadata:
      labels: {app: web-${i}}
    spec:
      containers:
        - name: web # the formula
          image: ./example.formula
          ports:
            - containerPort: 80
          volumeMounts:
            - name: logs
              mountPath: /var/log/web
        - name: log-sidecar
          image: fluentd
      volumes:
        - name: logs
          emptyDir: {}
`
}

function configMap(i: number): string {
  return `apiVersion: v1
kind: ConfigMap
metadata:
  name: config-${i}
  namespace: shop
  labels:
    app.kubernetes.io/name: web
    app.kubernetes.io/part-of: shop
data:
  application.properties: |
    server.port=8080
    server.name=web-${i}
    # a comment in a block scalar: not ours to read
    greeting=Hello, this is configuration number ${i}
    database.url=postgres://db.shop.svc.cluster.local:5432/web
    cache.url=redis://cache.shop.svc.cluster.local:6379/0
    feature.checkout=true
    feature.recommendations=false
  script.sh: |
    #!/bin/sh
    exec ./configure --prefix=/usr
`
}

function service(i: number): string {
  return `apiVersion: v1
kind: Service
metadata:
  name: service-${i}
  namespace: shop
  labels:
    app.kubernetes.io/name: web
    app.kubernetes.io/part-of: shop
  annotations:
    example.com/owner: "team-${i % 10}"
    example.com/description: "the front of web ${i}, as seen from within the cluster"
spec:
  type: ClusterIP
  selector:
    app: web-${i}
  ports:
    - port: 80
      targetPort: 8080
      protocol: TCP
      name: http
    - port: 443
      targetPort: 8443
      protocol: TCP
      name: https
`
}
