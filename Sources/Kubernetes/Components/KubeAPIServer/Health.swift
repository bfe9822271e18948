import Clockwork

// /livez, /readyz and /healthz: kube-apiserver says how it is, and for that asks etcd whether it answers.
extension KubeAPIServer {
  /// A read of a key that need not be there: the answer is what matters.
  mutating func askHealth(_ flight: inout Flight, _ out: inout KubeOutbox) {
    flight.giveUpAt = out.now + durations.healthTimeout
    ask(.range(Range(health: flight.serial)), for: &flight, &out)
  }

  /// The page that is asked for, with what etcd's answer, or silence, makes of it.
  func reportHealth(_ flight: inout Flight, isGood: Bool) {
    flight.giveUpAt = nil
    let page = HealthPage(flight.request.path)
    let text = Text(version)
    let broken = isGood || page.excludesEtcd ? [] : ["etcd", "etcd-readiness"]
    var body = ""
    var isFailed = false
    for check in text.healthChecks(page.name) {
      if page.excluded.contains(check) {
        body += "[+]\(check) excluded: ok\n"
      } else if broken.contains(check) {
        body += "[-]\(check) failed: reason withheld\n"
        isFailed = true
      } else {
        body += "[+]\(check) ok\n"
      }
    }
    if isFailed {
      flight.fail(500, "InternalError", text.serverError(body + "\(page.name) check failed"))
      return
    }
    flight.succeed(200, nil)
    flight.response?.message = page.isVerbose ? body + "\(page.name) check passed" : "ok"
  }
}

/// A path such as `/readyz?verbose&exclude=etcd`, taken apart.
struct HealthPage: Equatable, Sendable {
  static let names = ["livez", "readyz", "healthz"]

  var name = ""
  var isVerbose = false
  var excluded: [String] = []

  /// The path as it stands behind the address of the server.
  init(_ path: String) {
    let parts = ScriptText.cut(path, at: "?")
    name = String(parts[0].dropFirst())
    for option in parts.count > 1 ? ScriptText.cut(parts[1], at: "&") : [] {
      if option == "verbose" || option.hasPrefix("verbose=") { isVerbose = true }
      if let (key, value) = ScriptText.pair(option, at: "="), key == "exclude" { excluded.append(value) }
    }
  }

  var isKnown: Bool { HealthPage.names.contains(name) }
  var excludesEtcd: Bool { excluded.contains("etcd") && (name != "readyz" || excluded.contains("etcd-readiness")) }
}
