import Kubernetes

/// A piece of a page, as a tree: text is escaped once, when the tree is written, and nowhere else.
public indirect enum HTMLNode: Equatable, Sendable {
  case element(HTMLElement)
  case text(String)
  /// Several nodes in a row, without an element around them.
  case group([HTMLNode])
  /// Data for a script, as JSON that cannot leave its element.
  case json(id: String, text: String)
  /// Style or script that is part of this program; no word of a course ever comes here.
  case asset(Asset)

  public static let nothing = HTMLNode.group([])

  /// The words in it, without marks.
  public var plain: String {
    switch self {
    case .text(let text): text
    case .element(let element): element.children.map(\.plain).joined()
    case .group(let nodes): nodes.map(\.plain).joined()
    case .json, .asset: ""
    }
  }
}

/// Style or script of a page.
public enum Asset: String, Equatable, Sendable, CaseIterable {
  case style
  /// Runs before anything is shown: whether scripts run at all, light or dark.
  case start
  case player

  var tag: String { self == .style ? "style" : "script" }

  var text: String {
    switch self {
    case .style: Style.text
    case .start: Scripts.start
    case .player: Scripts.player
    }
  }

  /// How a content security policy names it.
  var source: String { Asset.sources[self] ?? "" }

  /// Every page names all of them, and they never change.
  private static let sources: [Asset: String] = allCases.reduce(into: [:]) { sources, asset in
    sources[asset] = "'sha256-\(SHA256.base64(Array(asset.text.utf8)))'"
  }
}

/// A tag with its attributes and what is in it.
public struct HTMLElement: Equatable, Sendable {
  public struct Attribute: Equatable, Sendable {
    public var name: String
    /// Nothing for an attribute that is only there or not, such as `hidden`.
    public var value: String?
  }

  public var tag: String
  public private(set) var attributes: [Attribute] = []
  public var children: [HTMLNode]

  public init(_ tag: String, _ children: [HTMLNode] = []) {
    assert(HTMLElement.isName(tag), "a tag is a name")
    assert(children.isEmpty || !HTMLElement.void.contains(tag), "nothing stands in <\(tag)>")
    self.tag = tag
    self.children = children
  }

  /// Adds an attribute; a name stands once, is a name, and is no event handler.
  public mutating func set(_ name: String, _ value: String?) {
    assert(HTMLElement.isName(name), "an attribute has a name")
    assert(!name.hasPrefix("on"), "pages have no inline event handlers")
    assert(!attributes.contains { $0.name == name }, "\(name) stands twice in <\(tag)>")
    attributes.append(Attribute(name: name, value: value))
  }

  /// Elements that have no end tag.
  static let void: Set<String> = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr",
  ]

  static func isName(_ text: String) -> Bool {
    guard let first = text.unicodeScalars.first, isLetter(first) else { return false }
    return text.unicodeScalars.allSatisfy { isLetter($0) || ("0"..."9").contains($0) || $0 == "-" || $0 == ":" }
  }

  private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
    ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar)
  }
}

/// An attribute while a page is put together: `.id("x")`, `.hidden`.
struct With {
  let name: String
  let value: String?

  init(_ name: String, _ value: String?) {
    self.name = name
    self.value = value
  }

  static func id(_ value: String) -> With { With("id", value) }
  static func type(_ value: String) -> With { With("class", value) }
  static func href(_ value: String) -> With { With("href", value) }
  static func data(_ name: String, _ value: String) -> With { With("data-\(name)", value) }
  static func label(_ value: String) -> With { With("aria-label", value) }
  static func flag(_ name: String) -> With { With(name, nil) }
}

extension HTMLNode {
  /// An element with attributes and children.
  static func tag(_ tag: String, _ with: [With] = [], _ children: [HTMLNode] = []) -> HTMLNode {
    var element = HTMLElement(tag, children)
    for attribute in with { element.set(attribute.name, attribute.value) }
    return .element(element)
  }

  /// An element that holds only words.
  static func tag(_ tag: String, _ with: [With] = [], _ text: String) -> HTMLNode {
    .tag(tag, with, [.text(text)])
  }
}
