import Clockwork

extension Check {
  mutating func metadata(_ object: Object) {
    let metadata = object.metadata
    let isNamespace = object.kind == .namespace
    if metadata.name.isEmpty {
      required(["metadata", "name"], "name or generateName is required")
    } else {
      let rule = isNamespace ? NameRules.label(metadata.name) : NameRules.subdomain(metadata.name)
      invalid(["metadata", "name"], metadata.name, rule)
    }
    if object.kind.isNamespaced {
      if metadata.namespace.isEmpty {
        required(["metadata", "namespace"])
      } else {
        invalid(["metadata", "namespace"], metadata.namespace, NameRules.label(metadata.namespace))
      }
    } else if !metadata.namespace.isEmpty {
      forbidden(["metadata", "namespace"], "not allowed on this type")
    }
    labels(["metadata", "labels"], metadata.labels)
    annotations(metadata.annotations)
    for owner in metadata.ownerReferences { self.owner(owner) }
    for finalizer in metadata.finalizers { self.finalizer(finalizer) }
  }

  mutating func labels(_ path: [String], _ labels: Table<String, String>) {
    var found: [(text: String, detail: String)] = []
    labels.forEach { key, value in
      for detail in LabelText.keyProblems(key) { found.append((key, detail)) }
      for detail in LabelText.valueProblems(value) { found.append((value, detail)) }
    }
    for problem in found { invalid(path, problem.text, problem.detail) }
  }

  private mutating func annotations(_ annotations: Table<String, String>) {
    let limit = 256 * 1024
    var size = 0
    var found: [(text: String, detail: String)] = []
    annotations.forEach { key, value in
      size += key.utf8.count + value.utf8.count
      for detail in LabelText.keyProblems(key.lowercased()) { found.append((key, detail)) }
    }
    for problem in found { invalid(["metadata", "annotations"], problem.text, problem.detail) }
    if size > limit { tooLong(["metadata", "annotations"], bytes: limit) }
  }

  private mutating func owner(_ owner: OwnerReference) {
    let fields = [
      ("apiVersion", owner.apiVersion), ("kind", owner.kind), ("name", owner.name), ("uid", owner.uid),
    ]
    for (name, text) in fields where text.isEmpty {
      let path = ["metadata", "ownerReferences", name]
      switch version {
      case .then:
        let word = name == "apiVersion" ? "version" : name
        invalid(path, "", "\(word) must not be empty")
      case .now: required(path, "must not be empty")
      }
    }
  }

  private mutating func finalizer(_ name: String) {
    let path = ["metadata", "finalizers"]
    let problems = LabelText.keyProblems(name)
    invalid(path, name, problems)
    let standard = ["kubernetes", "orphan", "foregroundDeletion"]
    if problems.isEmpty, !name.contains("/"), !standard.contains(name) {
      invalid(path, name, "name is neither a standard finalizer name nor is it fully qualified")
    }
  }

  mutating func metadataUpdate(_ old: ObjectMeta, _ new: ObjectMeta) {
    immutable(["metadata", "name"], old.name, new.name)
    immutable(["metadata", "namespace"], old.namespace, new.namespace)
    immutable(["metadata", "uid"], old.uid, new.uid)
    immutable(["metadata", "creationTimestamp"], old.creationTimestamp, new.creationTimestamp)
    immutable(["metadata", "deletionTimestamp"], old.deletionTimestamp, new.deletionTimestamp)
    if new.generation < old.generation {
      invalid(["metadata", "generation"], new.generation, "must not be decremented")
    }
    guard old.deletionTimestamp != nil else { return }
    let added = new.finalizers.filter { !old.finalizers.contains($0) }
    if added.isEmpty { return }
    let list = added.map { LabelText.quoted($0) }.joined(separator: ", ")
    forbidden(
      ["metadata", "finalizers"],
      "no new finalizers can be added if the object is being deleted, found new finalizers []string{\(list)}"
    )
  }

  mutating func immutable(_ path: @autoclosure () -> [String], _ old: String, _ new: String) {
    if old != new { invalid(path(), new, "field is immutable") }
  }

  private mutating func immutable(_ path: @autoclosure () -> [String], _ old: Timestamp?, _ new: Timestamp?) {
    if old != new { immutable(path(), old?.text ?? "", new?.text ?? "") }
  }

  // MARK: Small kinds

  mutating func event(_ event: Event) {
    let home = event.involvedObject.namespace.isEmpty ? "default" : event.involvedObject.namespace
    if home != event.metadata.namespace {
      let got = event.involvedObject.namespace
      invalid(["involvedObject", "namespace"], got, "does not match event.namespace")
    }
  }

  mutating func binding(_ binding: Binding) {
    let kind = binding.target.kind
    if !kind.isEmpty, kind != "Node" { unsupported(["target", "kind"], kind, ["Node", "<empty>"]) }
    if binding.target.name.isEmpty { required(["target", "name"]) }
  }

  /// The keys of a ConfigMap or Secret.
  mutating func data(_ entries: [Value.Entry]) {
    for entry in entries where entry.key == "data" || entry.key == "binaryData" {
      for item in entry.value.entries ?? [] { invalid([entry.key, item.key], item.key, NameRules.dataKey(item.key)) }
    }
  }
}
