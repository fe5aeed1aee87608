#!/usr/bin/env node
// What prebuildify takes for node-gyp. It knows no other builder, and cmake-js understands its options otherwise
// (--target is a version of Node to the one and a CMake target to the other); so none is handed on. The addon is a
// Node-API one: there is nothing to build it *for*.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { root } from '../setup/root.mjs'

const cmakeJs = join(root, 'node_modules', 'cmake-js', 'bin', 'cmake-js')
const args = [cmakeJs, 'build', '--log-level', 'warn', '--target', 'shellac_loader']
const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' })
process.exitCode = status ?? 1
