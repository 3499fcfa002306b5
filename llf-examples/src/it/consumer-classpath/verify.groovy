String log = new File(basedir, 'build.log').text
assert log.contains('LLF') && log.contains('module: null uses null')
assert log.contains('worker: LLF is')
