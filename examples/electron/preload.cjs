const { contextBridge, ipcRenderer } = require('electron')

contextBridge.exposeInMainWorld('shellac', {
  purify: () => ipcRenderer.invoke('purify'),
  onMessage: listener => ipcRenderer.on('shellac', (_event, message) => listener(message)),
})
