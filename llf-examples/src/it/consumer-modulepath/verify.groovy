String log = new File(basedir, 'build.log').text
assert log.contains('LLF') && log.contains('module: consumer uses dev.llf.core')
assert log.contains('worker: LLF is')
