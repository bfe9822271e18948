import Curriculum
import Foundation
import Prose
import TerminalUI
import Testing
import Tutor

/// A short lesson in two languages in the course of the program, so that a snapshot changes only when the screen does.
enum Fixture {
  static let lesson = """
    id: short
    minutes: 3
    cluster: reference
    level: story
    script:
      - kubectl run web --image=demo/web:1.0
      - until pod/web Running
    beats:
      - {id: stored, to: etcd put /registry/pods/default/web}
      - {id: told, to: kube-apiserver notify pod/web}
      - {id: bound, to: kube-scheduler bind pod/web}
    questions:
      - id: who
        at: start
        ask: choice
        options: [server, store]
        key: [server]
      - id: next
        before: kube-scheduler schedule pod/web
        ask: next
        of: component
        options: [kubelet@node1, kube-scheduler]
        misconceptions: {kubelet@node1: apiserver-orders-kubelet}
      - id: could
        after: kube-scheduler bind pod/web
        ask: which-could
        of: component
        level: detail
        options: [kube-apiserver, etcd, kubelet@node1]
      - id: node
        at: end
        ask: value
        object: pod/web
        field: spec.nodeName
        normalise: name
      - id: order
        at: end
        ask: order
        steps:
          - containerd@* start web/web
          - kube-scheduler bind pod/web
    faults:
      - {id: no-scheduler, break: kube-scheduler}
    """

  static let english = """
    # A short story {#short}

    A Pod is **asked for**. Who does `what`?

    ```question who
    Who answers?
    - server [kube-apiserver]: Everybody asks it.
    - store [etcd]: Nobody but one may ask it.
    hint: The front door.
    hint: It serves an API.
    after: All requests go this way.
    ```

    ```beat stored
    It is written down.
    ```

    ```beat told
    The news goes out.
    ```

    ```question next
    Who moves next?
    - kubelet@node1: It has heard nothing.
    - kube-scheduler: It looks for Pods without a node.
    hint: No node yet.
    ```

    ```beat bound
    A node is chosen.
    ```

    ```question could
    Who can act now?
    - kube-apiserver: A request has come.
    - etcd: Nobody has asked it yet.
    - kubelet@node1: It has heard nothing.
    ```

    ```question node
    On which node does it run?
    ```

    ```question order
    What comes first?
    - containerd@* start web/web [the process starts]
    - kube-scheduler bind pod/web [the node is named]
    ```

    ```fault no-scheduler
    Without the scheduler
    It waits.
    ```

    ```reality
    The model is small.
    ```
    """

  static let korean = """
    # 짧은 이야기 {#short}

    파드를 **요청**합니다. 누가 `무엇`을 할까요?

    ```question who
    누가 답할까요?
    - server [kube-apiserver]: 모두가 여기에 묻습니다.
    - store [etcd]: 물을 수 있는 것은 하나뿐입니다.
    hint: 정문입니다.
    hint: API를 제공합니다.
    after: 모든 요청이 이 길로 갑니다.
    ```

    ```beat stored
    기록되었습니다.
    ```

    ```beat told
    소식이 나갔습니다.
    ```

    ```question next
    다음은 누구일까요?
    - kubelet@node1: 아무것도 듣지 못했습니다.
    - kube-scheduler: 노드가 없는 파드를 찾습니다.
    hint: 아직 노드가 없습니다.
    ```

    ```beat bound
    노드를 골랐습니다.
    ```

    ```question could
    지금 누가 움직일 수 있을까요?
    - kube-apiserver: 요청이 왔습니다.
    - etcd: 아직 아무도 묻지 않았습니다.
    - kubelet@node1: 아무것도 듣지 못했습니다.
    ```

    ```question node
    어느 노드에서 돌까요?
    ```

    ```question order
    무엇이 먼저일까요?
    - containerd@* start web/web [프로세스가 시작됨]
    - kube-scheduler bind pod/web [노드가 적힘]
    ```

    ```fault no-scheduler
    스케줄러 없이
    기다립니다.
    ```

    ```reality
    모델은 작습니다.
    ```
    """

  static let course: Course = {
    var source = CourseSource.embedded
    source["Lessons/course.yaml"] = """
      id: test
      version: "1.0"
      languages: [en, ko]
      chapters:
        - id: components
          lessons: [short]
      """
    source["Lessons/components/short.yaml"] = lesson
    source["Content/en/components/short.md"] = english
    source["Content/ko/components/short.md"] = korean
    return Course.load(source).course
  }()

  /// The guide through the short lesson, or through one of the program's.
  static func guide(_ code: String = "en", isConversation: Bool = true) throws -> Guide {
    let begun = Session.begin("components/short", in: Studio(course, language: code))
    let session = try #require(begun.session, "\(begun.diagnostics)")
    return Guide(session, language: course.language(code), isConversation: isConversation)
  }
}

/// Texts that were once looked at and found good; `RECORD=1` writes them anew.
enum Snapshot {
  static func expect(
    _ text: String,
    _ name: String,
    file: String = #filePath,
    at location: SourceLocation = #_sourceLocation
  ) throws {
    let folder = URL(filePath: file).deletingLastPathComponent().appending(path: "__Snapshots__")
    let path = folder.appending(path: "\(name).txt")
    if ProcessInfo.processInfo.environment["RECORD"] == "1" {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try Data((text + "\n").utf8).write(to: path)
    }
    let kept = try? String(contentsOf: path, encoding: .utf8)
    let isSame = kept == text + "\n"
    #expect(isSame, "\(name): what is shown differs from \(path.lastPathComponent):\n\(text)", sourceLocation: location)
  }
}
