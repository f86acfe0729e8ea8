// A formula and a manifest that names one.

const busybash = 'tar:6q7G4hWr283FpTa5Lf8heVqw9t97b5VoMU6AGszuBYAz9EzQdeHVFAou7c4W9vFcQ6'
export const formula = `{"formula": {"inputs": {"/": "${busybash}"}, "action": {"exec": ["/bin/true"]}},
 "context": {"fetchUrls": {"/": ["ca+https://wares.example/"]}}}
`
export const manifest = (image: string) => `apiVersion: v1
kind: Pod
metadata:
  name: web # kept
spec:
  containers:
  - name: web
    image: ${image}
`
export const service = 'apiVersion: v1\nkind: Service\nmetadata: {name:   odd}\n'
