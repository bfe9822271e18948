/// How a word ends when a Korean reader says it aloud: Hangul, numbers and the Latin names of the trade.
enum Reading {
  static func lastSound(of word: String) -> Particle.Sound? {
    let core = core(of: word)
    guard let last = core.last else { return nil }
    if let sound = hangul(last) { return sound }
    if last.isASCII, last.isNumber { return digit(last) }
    if last.isASCII, last.isLetter { return latin(core) }
    return nil
  }

  /// The word without closing marks, and without a bracket that explains it: the particle follows the word before.
  private static func core(of word: String) -> Substring {
    var core = Substring(word)
    while let last = core.last {
      if last == ")", let open = core.lastIndex(of: "("), open != core.startIndex {
        core = core[..<open]
      } else if last.isLetter || last.isNumber {
        return core
      } else {
        core.removeLast()
      }
    }
    return core
  }

  /// A syllable block ends in a consonant when its index has a remainder by 28; the eighth is rieul.
  private static func hangul(_ character: Character) -> Particle.Sound? {
    // A reader may hand in jamo that are not composed: canonical composition is one character all the same.
    guard let scalar = character.unicodeScalars.last else { return nil }
    switch scalar.value {
    case 0xac00...0xd7a3:
      let final = (scalar.value - 0xac00) % 28
      return final == 0 ? .vowel : final == 8 ? .rieul : .consonant
    case 0x1161...0x1175: return .vowel
    case 0x11a8...0x11c2: return scalar.value == 0x11af ? .rieul : .consonant
    default: return nil
    }
  }

  /// yeong il i sam sa o yuk chil pal gu; tens, hundreds and thousands end in a consonant as zero does.
  private static func digit(_ character: Character) -> Particle.Sound? {
    switch character {
    case "1", "7", "8": .rieul
    case "0", "3", "6": .consonant
    default: .vowel
    }
  }

  private static func latin(_ core: Substring) -> Particle.Sound? {
    let letters = core.reversed().prefix { $0.isASCII && $0.isLetter }.reversed()
    let run = String(letters)
    let lower = run.lowercased()
    if let sound = names[lower] { return sound }
    // Names that are written together end like the name they end in: ReplicaSet, hostPort, statefulset.
    for (name, sound) in endings where lower.hasSuffix(name) { return sound }
    let isSpelled = lower.count == 1 || (run == run.uppercased()) || !lower.contains { "aeiouy".contains($0) }
    guard let last = lower.last else { return nil }
    return isSpelled ? letter(last) : ending(lower)
  }

  /// The letter's own name: el and ar end in rieul, em and en in another consonant.
  private static func letter(_ letter: Character) -> Particle.Sound {
    switch letter {
    case "l", "r": .rieul
    case "m", "n": .consonant
    default: .vowel
    }
  }

  /// What an unknown word most surely ends in; a stop may or may not get a vowel of its own, so it stays unread.
  private static func ending(_ word: String) -> Particle.Sound? {
    guard let last = word.last else { return nil }
    switch last {
    case "l": return .rieul
    case "m", "n": return .consonant
    case "g": return word.hasSuffix("ng") ? .consonant : .vowel
    case "b", "c", "k", "p", "t": return nil
    case "e":
      if word.hasSuffix("le") { return .rieul }
      return word.hasSuffix("me") || word.hasSuffix("ne") ? .consonant : .vowel
    default: return .vowel
    }
  }

  private static let names: [String: Particle.Sound] = {
    var names: [String: Particle.Sound] = [:]
    for word in vowelNames.split(separator: " ") { names[String(word)] = .vowel }
    for word in rieulNames.split(separator: " ") { names[String(word)] = .rieul }
    for word in consonantNames.split(separator: " ") { names[String(word)] = .consonant }
    return names
  }()

  /// Names whose last letters would mislead, sorted by how they end in Korean texts of the trade.
  private static let vowelNames = """
    agent api arp bind byte bit cidr client cpu debug deployment endpoint event exit host ip list mount nat snat dnat \
    point port post print request restart root route start status test wait write fluentbit systemd
    """

  private static let rieulNames = """
    kubectl calicoctl curl shell kernel label table journal flannel yaml html null sysctl ctl
    """

  private static let consonantNames = """
    kubelet web job cronjob set replicaset daemonset statefulset socket packet secret spec map configmap kubeadm block \
    disk network task app step group loop get put reset target ticket drop input output stop subnet internet ethernet \
    net budget lock stack heap hop conntrack unlock commit init swap bootstrap fabric
    """

  /// Only endings that no shorter word contradicts; longer ones first.
  private static let endings: [(String, Particle.Sound)] = [
    ("container", .vowel), ("scheduler", .vowel), ("kubelet", .consonant), ("service", .vowel), ("network", .consonant),
    ("kubectl", .rieul), ("server", .vowel), ("proxy", .vowel), ("port", .vowel), ("job", .consonant),
    ("node", .vowel), ("pod", .vowel), ("set", .consonant), ("map", .consonant), ("app", .consonant),
    ("sql", .rieul), ("ctl", .rieul), ("csi", .vowel), ("cni", .vowel),
  ]
}
