export function readManifests(): [string, string][]
