// Adds up the reports of the test runs and prints the closing line: "N passed, N failed, N skipped".
import { existsSync, readdirSync, readFileSync } from 'node:fs'

const reports = new URL('../.reports/', import.meta.url)
let passed = 0
let failed = 0
let skipped = 0
for (const name of existsSync(reports) ? readdirSync(reports).sort() : []) {
  if (!name.endsWith('.json')) continue
  const report = JSON.parse(readFileSync(new URL(name, reports), 'utf8'))
  passed += report.numPassedTests
  failed += report.numFailedTests
  skipped += report.numPendingTests + (report.numTodoTests ?? 0)
  // A file that does not even load has no tests that could fail.
  failed += report.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  ).length
}
const failedElsewhere =
  process.argv[2] !== undefined && process.argv[2] !== '0' && failed === 0
if (failedElsewhere) failed = 1
console.log(
  `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`,
)
