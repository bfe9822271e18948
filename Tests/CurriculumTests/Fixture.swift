import Curriculum

/// A small course in two languages without a single mistake; tests break it in one place each.
enum Fixture {
  static let lesson = """
    id: orders
    minutes: 12
    cluster: small
    flow: F01
    claims: [C01]
    vary:
      name: [web, shop, blog]
    script:
      - kubectl run {{name}} --image=demo/web:1.0
      - until pod/{{name}} Running
    beats:
      - {id: b1, to: "etcd put *"}
      - {id: b2, to: "kube-scheduler bind pod/{{name}}"}
      - {id: b3, to: "kubelet@node1 start pod/{{name}}"}
      - {id: b4, to: "kubelet@node1 report pod/{{name}}"}
      - id: b5
        to: kubelet@node1 sync
        then: true
    questions:
      - id: q1
        before: kube-scheduler bind pod/{{name}}
        ask: next
        of: component
        claim: C01
        options: [kube-scheduler, etcd]
        misconceptions: {etcd: etcd-dispatches}
      - id: q2
        at: start
        ask: which-could
        claim: C01
        options: ["etcd put /registry/pods/default/{{name}}", kubelet@node1 sync]
      - id: q3
        after: etcd put *
        ask: value
        field: spec.nodeName
        object: pod/{{name}}
        normalise: name
        claim: C01
      - id: q4
        at: end
        ask: outcome
        field: status.phase
        object: pod/{{name}}
        claim: C01
        options: [Running, Pending]
      - id: q5
        at: end
        ask: choice
        claim: C01
        options: [one, two]
        key: one
      - id: q6
        at: end
        ask: claim
        claim: C02
    faults:
      - {id: f1, break: kube-scheduler, claim: C01}
    reality:
      - kubectl get pods -w

    """

  static let english = """
    # Orders {#orders}

    Prose of {{name}} with [NAT](glossary:nat).

    ```beat b1
    One.
    ```

    ```beat b2
    Two for {{name}}.
    ```

    ```beat b3
    Three.
    ```

    ```beat b4
    Four.
    ```

    ```beat b5
    Five.
    ```

    ```question q1
    Who is next?
    - etcd: It only stores.
    hint: Who watches?
    hint: It has a queue.
    after: It was the scheduler.
    ```

    ```question q2
    What could happen?
    ```

    ```question q3
    Which node?
    hint: Count.
    ```

    ```question q4
    What is seen?
    - Pending: Something
      would have to be down.
    ```

    ```question q5
    Which one?
    - one [The first]: Right.
    - two [The second]: Wrong.
    ```

    ```question q6
    Is it so?
    - simplified: No.
    - outdated: No.
    - wrong: No.
    ```

    ```fault f1
    Without a scheduler

    Nothing binds.
    ```

    ```reality
    The model leaves out much.
    ```

    ```glossary
    nat
    ```

    """

  /// Line for line the English text, with Korean words where a test needs them.
  static var korean: String {
    Stamp.stamped(
      english.replacing("Prose of", with: "산문:").replacing("# Orders", with: "# 명령"),
      reference: english
    )
  }

  static let englishIndex = "# Components {#components}\n"

  static var source: CourseSource {
    CourseSource([
      ("Lessons/course.yaml", course), ("Lessons/claims.yaml", claims),
      ("Lessons/misconceptions.yaml", "etcd-dispatches: [C01]\n"),
      ("Lessons/images.yaml", "demo/web:1.0:\n  size: 5Mi\n"),
      ("Lessons/clusters/small.yaml", "version: now\nnodes: [{name: node1}]\n"),
      ("Lessons/components/orders.yaml", lesson),
      ("Content/en/ui.yaml", "quit: Quit\nverdict:\n  right: \"{who} was right.\"\n"),
      ("Content/ko/ui.yaml", "quit: 끝내기\nverdict:\n  right: \"{who|이가} 맞았습니다.\"\n"),
      ("Content/en/glossary.md", "# Words\n\n## NAT {#nat}\n\nTranslation of addresses.\n"),
      ("Content/ko/glossary.md", "# 낱말\n\n## NAT {#nat}\n\n주소 변환.\n"),
      ("Content/en/misconceptions.md", "# Rules\n\n## etcd sends {#etcd-dispatches}\n\nIt does not.\n"),
      ("Content/ko/misconceptions.md", "# 규칙\n\n## etcd가 보낸다 {#etcd-dispatches}\n\n아닙니다.\n"),
      ("Content/en/components/index.md", englishIndex),
      ("Content/ko/components/index.md", Stamp.stamped("# 구성 {#components}\n", reference: englishIndex)),
      ("Content/en/components/orders.md", english), ("Content/ko/components/orders.md", korean),
    ])
  }

  static let course = """
    id: test
    version: "1.0"
    languages: [en, ko]
    pass-mark: 60
    chapters:
      - {id: components, lessons: [orders]}

    """

  static let claims = """
    C01: {verdict: wrong, flow: F01}
    C02: {verdict: right, flow: [F01, F02]}

    """

  /// The first lines of what is reported when one text of one file is replaced.
  static func report(_ path: String, _ old: String, _ new: String, checks: Checks = Checks()) -> [String] {
    var source = source
    source[path] = source[path]?.replacing(old, with: new, maxReplacements: 1)
    return lines(checks.run(source).diagnostics)
  }

  /// The same with a whole file replaced, or removed.
  static func report(_ path: String, text: String?, checks: Checks = Checks()) -> [String] {
    var source = source
    source[path] = text
    return lines(checks.run(source).diagnostics)
  }

  static func lines(_ diagnostics: [Diagnostic]) -> [String] {
    diagnostics.map { $0.description.split(separator: "\n").first.map(String.init) ?? "" }
  }
}
