// The main process shows a window and starts Shellac in a utility process, where a crash would not take the window along.
import { join } from 'node:path'
import { app, BrowserWindow, ipcMain, utilityProcess } from 'electron'

const here = import.meta.dirname

app.whenReady().then(() => {
  const window = new BrowserWindow({ webPreferences: { preload: join(here, 'preload.cjs') } })
  window.loadFile(join(here, 'index.html'))
  const worker = utilityProcess.fork(join(here, 'worker.mjs'), [], { env: environment() })
  worker.on('message', message => window.webContents.send('shellac', message))
  ipcMain.handle('purify', () => worker.postMessage('purify'))
})

app.on('window-all-closed', () => app.quit())

// A packed app brings its libtorch in resources/libtorch; in development it is found as everywhere.
function environment() {
  if (!app.isPackaged) return process.env
  return { ...process.env, SHELLAC_LIBTORCH: join(process.resourcesPath, 'libtorch') }
}
