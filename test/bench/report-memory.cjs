// Preloaded into a measured Node program: writes its highest resident memory (KB) at exit.
process.on('exit', () => {
  require('node:fs').writeFileSync(
    process.env.MEMORY_FILE,
    String(process.resourceUsage().maxRSS),
  )
})
