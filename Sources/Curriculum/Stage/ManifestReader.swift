import Clockwork
public import Kubernetes

/// Reads manifests as `kubectl apply -f` takes them, and says where each mistake stands.
public enum ManifestReader {
  /// Every object of a YAML or JSON file, lists taken apart.
  ///
  /// Nothing may be applied unless the diagnostics are empty: a half applied file helps nobody.
  public static func objects(_ text: String, file: String) -> (objects: [Object], diagnostics: [Diagnostic]) {
    var (documents, diagnostics) = YAMLDocument.parse(text, file: file)
    var objects: [Object] = []
    for document in documents {
      if document.value["kind"]?.text == "List", let items = document.value["items"]?.elements {
        for (index, item) in items.enumerated() {
          read(item, document, at: ["items", "\(index)"], &objects, &diagnostics)
        }
      } else {
        read(document.value, document, at: [], &objects, &diagnostics)
      }
    }
    if objects.isEmpty, diagnostics.isEmpty {
      diagnostics.append(
        Diagnostic(Place(file), .error, "there is no object in this file", fix: "write at least one manifest")
      )
    }
    return (objects, diagnostics)
  }

  private static func read(
    _ value: Value,
    _ document: YAMLDocument,
    at root: [String],
    _ objects: inout [Object],
    _ diagnostics: inout [Diagnostic]
  ) {
    var problems: [FieldProblem] = []
    let object = Object(value: value, problems: &problems)
    diagnostics += problems.map { diagnostic($0, document, at: root) }
    if let object, problems.isEmpty { objects.append(object) }
  }

  private static func diagnostic(_ problem: FieldProblem, _ document: YAMLDocument, at root: [String]) -> Diagnostic {
    var fix: String? = nil
    if problem.reason == .unknownKind {
      let kinds = Kind.all.map { $0.name }.sorted().joined(separator: ", ")
      fix = "the model knows \(kinds); leave other kinds out of the file"
    }
    return Diagnostic(document.place(of: root + problem.path), .error, problem.text, fix: fix)
  }
}

extension ManifestReader {
  /// The answer to the script parser's question for a file.
  public static func file(_ text: String, named file: String) -> ScriptFile {
    let (objects, diagnostics) = objects(text, file: file)
    if diagnostics.isEmpty { return .objects(objects) }
    return .problems(diagnostics.map { problem($0) })
  }

  /// A diagnostic on its way through the script parser, which knows no diagnostics.
  private static func problem(_ diagnostic: Diagnostic) -> ScriptProblem {
    var fact = Fact("script.file", ("summary", .string(diagnostic.summary)))
    if let fix = diagnostic.fix { fact.arguments.append(Value.Entry("fix", .string(fix))) }
    return ScriptProblem(line: diagnostic.line, column: diagnostic.column, fact: fact, file: diagnostic.file)
  }
}
