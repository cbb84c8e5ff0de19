// Keeps every server of this process on 127.0.0.1, whatever it asks for. To be imported before all others.
import net from 'node:net'

const listen = net.Server.prototype.listen
net.Server.prototype.listen = function (first, ...rest) {
  if (typeof first === 'number' || /^\d+$/.test(first)) {
    const called = rest.find((each) => typeof each === 'function')
    return listen.call(this, { port: Number(first), host: '127.0.0.1' }, called)
  }
  if (first && typeof first === 'object' && 'port' in first) {
    return listen.call(this, { ...first, host: '127.0.0.1' }, ...rest)
  }
  return listen.call(this, first, ...rest)
}
