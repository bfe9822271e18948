import Clockwork

extension NetworkNamespace {
  /// What `ss -ltn` prints here, or `ss -ltnp` with the processes.
  public func socketListing(withProcesses: Bool = false) -> String {
    var rows: [[String]] = []
    for socket in sockets where socket.state == .listen {
      let here = (
        socket.isDualStack ? "*" : (socket.local == .any ? "0.0.0.0" : socket.local.text), "\(socket.localPort)"
      )
      let far = socket.isDualStack ? "*" : "0.0.0.0"
      let process = "users:((\"\(socket.process)\",pid=\(socket.pid),fd=3))"
      rows.append(["LISTEN", "0", "4096", here.0, here.1, far, "*", process])
    }
    let local = width(rows, 3, "Local Address")
    let localPort = width(rows, 4, "Port")
    let far = width(rows, 5, "Peer Address")
    let farPort = width(rows, 6, "Port")
    var out = "State  Recv-Q Send-Q " + left("Local Address", local) + ":" + right("Port", localPort) + " "
    out += left("Peer Address", far) + ":" + right("Port", farPort) + (withProcesses ? "Process\n" : "Process\n")
    for row in rows {
      out += right(row[0], 6) + " " + right(row[1], 6) + " " + right(row[2], 6) + " "
      out += left(row[3], local) + ":" + right(row[4], localPort) + " "
      out += left(row[5], far) + ":" + right(row[6], farPort) + (withProcesses ? row[7] : "") + "\n"
    }
    return out
  }

  private func width(_ rows: [[String]], _ column: Int, _ title: String) -> Int {
    var width = title.utf8.count
    for row in rows { width = max(width, row[column].utf8.count) }
    return width
  }

  /// Addresses stand at the right of their column, ports at the left.
  private func left(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.utf8.count)) + text
  }

  private func right(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.utf8.count))
  }
}
