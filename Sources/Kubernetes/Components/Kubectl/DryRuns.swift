import Clockwork

// `--dry-run`: what is not sent, what is said of it, and `-o` of commands that make something.
extension Kubectl {
  /// kubectl answers itself what it would have sent, where it is only to say what it would do.
  mutating func pretend(at now: Time) {
    while run?.command.dryRun == .client, run?.asked == nil, let job = run?.jobs.first, job.isWrite {
      run?.jobs.removeFirst()
      var response = Response(id: 0, code: 200, about: job.key)
      if case .object(let object) = job.body { response.object = object }
      answer(response, to: job, at: now)
    }
  }
}

extension Job {
  /// Whether something would be stored.
  var isWrite: Bool { verb == .create || verb == .update || verb == .patch || verb == .delete }
}

extension CommandRun {
  /// What was said since a line is said of a trial, or the object is shown instead.
  mutating func remark(from first: Int, _ response: Response, _ job: Job) {
    guard response.isSuccess, first < output.count else { return }
    if let shown = command.shown, job.isWrite, let object = response.object {
      output.removeLast(output.count - first)
      switch shown {
      case .yaml: say(ObjectText.yaml([object], isList: false, version), about: .object(object.key))
      case .json: say(ObjectText.json([object], isList: false, version), about: .object(object.key))
      case .name, .table, .wide: say(object.key.text, about: .object(object.key))
      }
      return
    }
    guard command.dryRun != .none else { return }
    let remark = command.dryRun == .client ? " (dry run)" : " (server dry run)"
    for place in first..<output.count where command.isDone(output[place].text) { output[place].text += remark }
  }
}

extension Command {
  /// Whether a line says that something was done: not what went wrong, and no warning.
  fileprivate func isDone(_ text: String) -> Bool {
    for head in ["error", "Error", "Warning", "warning", "label \""] where text.hasPrefix(head) { return false }
    return true
  }
}
