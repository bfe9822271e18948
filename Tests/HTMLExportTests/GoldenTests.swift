import Clockwork
import Curriculum
import FoundationEssentials
import Kubernetes
import Prose
import Testing
import Tutor

@testable import HTMLExport

/// Small pieces of pages, compared letter by letter; `RECORD=1` writes them anew.
@Suite("Pieces of pages as they were recorded")
struct GoldenTests {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Fixtures/pages")

  static func context(_ language: String, _ place: Links.Place) -> PageContext {
    let course = SiteTests.course
    return PageContext(
      course: course,
      language: course.language(language),
      links: Links(isSingle: false, language: language, here: place),
      seed: 0,
      languages: course.languages.map(\.code)
    )
  }

  static func compare(_ name: String, _ text: String) throws {
    let file = folder.appending(path: "\(name).html")
    if ProcessInfo.processInfo.environment["RECORD"] != nil {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try Data((text + "\n").utf8).write(to: file)
    }
    let recorded = String(decoding: try Data(contentsOf: file), as: UTF8.self)
    #expect(text + "\n" == recorded, "\(name).html differs; RECORD=1 writes it anew")
  }

  @Test("Markdown")
  func prose() throws {
    let source = """
      A *soft* and **strong** `code` [link](https://example.org/?a=1&b=2 "Title"), [word](glossary:watch),
      [none](glossary:nothing), [here](#x) and <b>raw</b>.

      > Quoted

      1. one
      2. two

         more

      - tight
      - list

      ## Heading {#own}

      ```table
      a | b
      --|--
      `1` | 2 < 3
      ```

      ```yaml
      kind: Pod # <none>
      ```
      """
    let nodes = ProseNodes(context: GoldenTests.context("en", .lesson("components/x")))
    try GoldenTests.compare("prose", HTMLWriter.text(.group(nodes.blocks(Markdown.parse(source).blocks))))
  }

  @Test("the two worlds behind a wrong option", arguments: ["en", "ko"])
  func worlds(_ language: String) throws {
    let studio = Studio(SiteTests.course)
    let lesson = try #require(studio.lesson("components/watch-not-orders", seed: 0))
    let question = try #require(lesson.question("without-scheduler"))
    let found = studio.suppose("no-scheduler", question, in: lesson, seed: 0, version: "now")
    let context = GoldenTests.context(language, .lesson(lesson.path))
    let node = WorldNodes(context: context).node(try #require(found))
    try GoldenTests.compare("worlds.\(language)", HTMLWriter.text(node))
  }

  @Test("a question in each language", arguments: ["en", "ko"])
  func question(_ language: String) throws {
    let path = "components/watch-not-orders"
    let played = Recording.play(path, in: Studio(SiteTests.course), seed: 0).recording
    let asked = try #require(played?.questions.first)
    let context = GoldenTests.context(language, .lesson(path))
    let words = context.language.lesson(path)?.question(asked.question.id)
    let nodes = QuestionNodes(context: context, asked: asked, number: 1, count: 10, text: words)
    try GoldenTests.compare("question.\(language)", HTMLWriter.text(nodes.node()))
  }

  @Test("the cluster as a drawing, with one component stopped")
  func picture() throws {
    let names: [(String, Recording.Cast.Member)] = [
      ("kubectl", .init(name: "kubectl", role: .kubectl)),
      ("apiserver", .init(name: "kube-apiserver", role: .apiserver)),
      ("etcd", .init(name: "etcd", role: .etcd)),
      ("scheduler", .init(name: "kube-scheduler", role: .scheduler)),
      ("kubelet", .init(name: "kubelet@a<b", role: .kubelet)),
    ]
    let cast = Recording.Cast(members: names.map(\.1), stopped: ["kube-scheduler"])
    let picture = ClusterPicture(cast, GoldenTests.context("en", .lesson("components/x")))
    let ways = [Way(from: "kubectl", to: "kube-apiserver"), Way(from: "kube-apiserver", to: "kubelet@a<b")]
    try GoldenTests.compare("picture", HTMLWriter.text(picture.node(ways: ways, lit: nil)))
  }

  @Test("boxes of a picture never overlap and stay inside, for one node and for nine", arguments: [1, 2, 3, 9])
  func layout(_ nodes: Int) {
    var members: [Recording.Cast.Member] = [
      .init(name: "kubectl", role: .kubectl), .init(name: "kube-apiserver", role: .apiserver),
      .init(name: "etcd", role: .etcd), .init(name: "kube-scheduler", role: .scheduler),
      .init(name: "endpointslice-controller", role: .controller), .init(name: "node-lifecycle", role: .controller),
    ]
    for node in 1...nodes {
      for (name, role) in [("kubelet", Kube.Role.kubelet), ("kube-proxy", .proxy), ("containerd", .runtime)] {
        members.append(.init(name: "\(name)@n\(node)", role: role))
      }
    }
    let picture = ClusterPicture(
      Recording.Cast(members: members, stopped: []),
      GoldenTests.context("en", .lesson("components/x"))
    )
    #expect(picture.boxes.count == members.count)
    for (index, box) in picture.boxes.enumerated() {
      #expect(box.x >= 0 && box.x + box.width <= ClusterPicture.width && box.y + box.height <= picture.height)
      for other in picture.boxes[(index + 1)...] {
        let isApart =
          box.x + box.width <= other.x || other.x + other.width <= box.x || box.y + box.height <= other.y
          || other.y + other.height <= box.y
        #expect(isApart, "\(box.name) and \(other.name)")
      }
    }
  }
}
